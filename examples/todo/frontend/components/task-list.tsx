"use client";

import { useCallback, useEffect, useMemo, useState } from "react";
import { type Task, tasksOf } from "../tasks/tasks-api.ts";
import { AddTask } from "./add-task.tsx";
import { ProblemNotice } from "./problem-notice.tsx";
import { TaskItem } from "./task-item.tsx";

/** The list, and every change to it: what the API answered is what is shown. */
function useTasks(userId: string) {
  const remote = useMemo(() => tasksOf(userId), [userId]);
  const [tasks, setTasks] = useState<readonly Task[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  const attempt = useCallback(async (change: () => Promise<void>): Promise<boolean> => {
    try {
      await change();
      setProblem(null);
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    }
  }, []);
  const load = useCallback(() => attempt(async () => setTasks(await remote.list())), [attempt, remote]);
  useEffect(() => {
    void load();
  }, [load]);

  const replace = (task: Task) => setTasks((all) => all?.map((other) => (other.id === task.id ? task : other)) ?? null);
  return { remote, tasks, setTasks, problem, attempt, load, replace };
}

export function TaskList({ userId }: { readonly userId: string }) {
  const { remote, tasks, setTasks, problem, attempt, load, replace } = useTasks(userId);
  const remove = async (task: Task) => {
    await remote.remove(task);
    setTasks((all) => all?.filter((other) => other.id !== task.id) ?? null);
  };

  return (
    <section aria-label="Your tasks">
      <AddTask onAdd={(draft) => attempt(async () => {
        const added = await remote.add(draft);
        setTasks((all) => [...(all ?? []), added]);
      })} />
      {problem === null ? null : <ProblemNotice problem={problem} onRetry={load} />}
      {tasks === null && problem === null ? <p className="hint" role="status">Loading…</p> : null}
      {tasks?.length === 0 ? <p className="empty">Nothing to do. Add your first task above.</p> : null}
      <ul className="tasks">
        {tasks?.map((task) => (
          <TaskItem
            key={task.id}
            task={task}
            onToggle={() => attempt(async () => replace(await remote.toggle(task)))}
            onUpdate={(draft) => attempt(async () => replace(await remote.update(task, draft)))}
            onRemove={() => attempt(() => remove(task))}
          />
        ))}
      </ul>
      {tasks === null || tasks.length === 0 ? null : <Progress tasks={tasks} />}
    </section>
  );
}

function Progress({ tasks }: { readonly tasks: readonly Task[] }) {
  const done = tasks.filter((task) => task.completed).length;
  return (
    <p className="hint" role="status">
      {done} of {tasks.length} done
    </p>
  );
}
