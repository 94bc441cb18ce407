"use client";

import { type FormEvent, useState } from "react";
import type { Task, TaskDraft } from "../tasks/tasks-api.ts";

type TaskItemProps = {
  readonly task: Task;
  readonly onToggle: () => void;
  readonly onUpdate: (draft: TaskDraft) => Promise<boolean>;
  readonly onRemove: () => void;
};

export function TaskItem({ task, onToggle, onUpdate, onRemove }: TaskItemProps) {
  const [editing, setEditing] = useState(false);
  if (editing) return <TaskEditor task={task} onUpdate={onUpdate} onClose={() => setEditing(false)} />;
  return (
    <li className={task.completed ? "task task-done" : "task"}>
      <label className="task-title">
        <input type="checkbox" checked={task.completed} onChange={onToggle} />
        <span>{task.title}</span>
      </label>
      <button className="button button-quiet button-small" type="button" onClick={() => setEditing(true)} aria-label={`Edit ${task.title}`}>
        Edit
      </button>
      <button className="button button-quiet button-small" type="button" onClick={onRemove} aria-label={`Delete ${task.title}`}>
        Delete
      </button>
    </li>
  );
}

type TaskEditorProps = Pick<TaskItemProps, "task" | "onUpdate"> & { readonly onClose: () => void };

function TaskEditor({ task, onUpdate, onClose }: TaskEditorProps) {
  const [title, setTitle] = useState(task.title);

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const trimmed = title.trim();
    if (trimmed !== "" && (await onUpdate({ title: trimmed, description: task.description }))) onClose();
  }

  return (
    <li className="task">
      <form className="task-editor" onSubmit={onSubmit}>
        <input value={title} onChange={(event) => setTitle(event.target.value)} aria-label="Title" required autoFocus />
        <button className="button button-small" type="submit">
          Save
        </button>
        <button className="button button-quiet button-small" type="button" onClick={onClose}>
          Cancel
        </button>
      </form>
    </li>
  );
}
