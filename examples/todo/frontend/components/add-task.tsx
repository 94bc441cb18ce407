"use client";

import { type FormEvent, useState } from "react";
import type { TaskDraft } from "../tasks/tasks-api.ts";

const LONGEST_TITLE = 200;

/** `onAdd` tells whether the task was stored: only then is the form emptied. */
export function AddTask({ onAdd }: { readonly onAdd: (draft: TaskDraft) => Promise<boolean> }) {
  const [title, setTitle] = useState("");

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const trimmed = title.trim();
    if (trimmed !== "" && (await onAdd({ title: trimmed, description: null }))) setTitle("");
  }

  return (
    <form className="add" onSubmit={onSubmit}>
      <label className="unseen" htmlFor="new-task">
        New task
      </label>
      <input
        id="new-task"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        placeholder="What is there to do?"
        maxLength={LONGEST_TITLE}
        autoComplete="off"
        required
      />
      <button className="button" type="submit">
        Add task
      </button>
    </form>
  );
}
