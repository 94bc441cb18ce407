/** The task endpoints of the API, with the shape of their answers checked. */
import { api } from "../lib/api-client.ts";

export type Task = {
  readonly id: string | number;
  readonly title: string;
  readonly description: string | null;
  readonly completed: boolean;
};

export type TaskDraft = { readonly title: string; readonly description: string | null };

function parseTask(value: unknown): Task {
  const { id, title, description, completed } = (value ?? {}) as Record<string, unknown>;
  if ((typeof id !== "string" && typeof id !== "number") || typeof title !== "string" || typeof completed !== "boolean") {
    throw new TypeError("The API sent something that is not a task.");
  }
  return { id, title, description: typeof description === "string" ? description : null, completed };
}

function parseTasks(value: unknown): Task[] {
  if (!Array.isArray(value)) throw new TypeError("The API sent something that is not a list of tasks.");
  return value.map(parseTask);
}

/** The tasks of one user. The API refuses any user but the one the token names. */
export function tasksOf(userId: string) {
  const list = `/api/${encodeURIComponent(userId)}/tasks`;
  const one = (task: Task) => `${list}/${encodeURIComponent(task.id)}`;
  return {
    list: async () => parseTasks(await api.get(list)),
    add: async (draft: TaskDraft) => parseTask(await api.post(list, draft)),
    update: async (task: Task, draft: TaskDraft) => parseTask(await api.put(one(task), draft)),
    toggle: async (task: Task) => parseTask(await api.patch(`${one(task)}/complete`)),
    remove: async (task: Task) => {
      await api.delete(one(task));
    },
  };
}
