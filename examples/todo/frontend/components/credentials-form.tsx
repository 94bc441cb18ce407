"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useState } from "react";

type Outcome = { readonly error: { readonly status: number; readonly message?: string | undefined } | null };

type CredentialsFormProps = {
  readonly children: ReactNode;
  readonly action: string;
  readonly submit: (fields: FormData) => Promise<Outcome>;
  /** What a status of Better Auth means on this page. */
  readonly explain: Readonly<Record<number, string>>;
};

const UNREACHABLE = "The sign-in service did not answer. Try again in a moment.";
const TOO_MANY = "Too many attempts. Wait a few seconds and try again.";

export function CredentialsForm({ children, action, submit, explain }: CredentialsFormProps) {
  const router = useRouter();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  function problemOf({ error }: Outcome): string | null {
    if (error === null) return null;
    if (error.status === 429) return TOO_MANY;
    return explain[error.status] ?? (error.status >= 500 ? UNREACHABLE : (error.message ?? UNREACHABLE));
  }

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setBusy(true);
    const fields = new FormData(event.currentTarget);
    const found = await submit(fields).then(problemOf, () => UNREACHABLE);
    setProblem(found);
    setBusy(false);
    if (found === null) router.push("/tasks");
  }

  return (
    <form className="card form" method="post" onSubmit={onSubmit}>
      {problem === null ? null : (
        <p className="notice notice-error" role="alert">
          {problem}
        </p>
      )}
      {children}
      <button className="button" type="submit" disabled={busy}>
        {busy ? "One moment…" : action}
      </button>
    </form>
  );
}
