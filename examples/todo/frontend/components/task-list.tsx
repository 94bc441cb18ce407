"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Task, tasksOf } from "../tasks/tasks-api.ts";
import { AddTask } from "./add-task.tsx";
import { ProblemNotice } from "./problem-notice.tsx";
import { TaskItem } from "./task-item.tsx";

/** The list as the API has it: it is read again after every change, and the latest answer counts. */
function useTasks(userId: string) {
  const remote = useMemo(() => tasksOf(userId), [userId]);
  const [tasks, setTasks] = useState<readonly Task[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const latest = useRef(0);

  const attempt = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      setProblem(null);
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    }
  }, []);

  const load = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    return attempt(async () => {
      const answer = await remote.list();
      if (turn === latest.current) setTasks(answer);
    });
  }, [attempt, remote]);

  useEffect(() => {
    void load();
  }, [load]);

  /** Tells whether the change was made, even if the list could not be read afterwards. */
  const change = async (work: () => Promise<unknown>): Promise<boolean> => {
    const made = await attempt(work);
    if (made) await load();
    return made;
  };

  return { remote, tasks, problem, load, change };
}

export function TaskList({ userId }: { readonly userId: string }) {
  const { remote, tasks, problem, load, change } = useTasks(userId);
  return (
    <section aria-label="Your tasks">
      <AddTask onAdd={(draft) => change(() => remote.add(draft))} />
      {problem === null ? null : <ProblemNotice problem={problem} onRetry={load} />}
      {tasks === null && problem === null ? <p className="hint" role="status">Loading…</p> : null}
      {tasks?.length === 0 ? <p className="empty">Nothing to do. Add your first task above.</p> : null}
      <ul className="tasks">
        {tasks?.map((task) => (
          <TaskItem
            key={task.id}
            task={task}
            onToggle={() => change(() => remote.toggle(task))}
            onUpdate={(draft) => change(() => remote.update(task, draft))}
            onRemove={() => change(() => remote.remove(task))}
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
