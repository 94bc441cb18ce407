import Link from "next/link";
import { Forbidden, NotFound, Rejected, SignedOut, Unavailable } from "../lib/api-errors.ts";

type ProblemNoticeProps = { readonly problem: unknown; readonly onRetry: () => void };

/** Says what went wrong and offers the one thing that can help. */
export function ProblemNotice({ problem, onRetry }: ProblemNoticeProps) {
  return (
    <div className="notice notice-error" role="alert">
      <p>{sentenceFor(problem)}</p>
      {problem instanceof SignedOut ? (
        <Link className="button button-small" href="/sign-in">
          Sign in again
        </Link>
      ) : (
        <button className="button button-small" type="button" onClick={onRetry}>
          Reload the list
        </button>
      )}
    </div>
  );
}

function sentenceFor(problem: unknown): string {
  if (problem instanceof SignedOut) return "You are signed out. Sign in to see your tasks.";
  if (problem instanceof Forbidden) return "You are signed in, but you may not do this.";
  if (problem instanceof NotFound) return "This task is gone. It may have been deleted elsewhere.";
  if (problem instanceof Unavailable) return "The task service cannot be reached. Your tasks are safe; try again in a moment.";
  if (problem instanceof Rejected) return "The task service did not accept this. Check what you typed.";
  return "Something unexpected happened.";
}
