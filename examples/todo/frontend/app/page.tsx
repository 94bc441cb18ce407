import { headers } from "next/headers";
import Link from "next/link";
import { redirect } from "next/navigation";
import { auth } from "../lib/auth.ts";

export default async function HomePage() {
  const session = await auth.api.getSession({ headers: await headers() });
  if (session !== null) redirect("/tasks");
  return (
    <main className="page page-narrow">
      <p className="brand">Todo</p>
      <h1>Your tasks, and nobody else’s.</h1>
      <p className="lead">Write down what there is to do. Every task belongs to the account that made it.</p>
      <p className="actions">
        <Link className="button" href="/sign-up">
          Create an account
        </Link>
        <Link className="button button-quiet" href="/sign-in">
          Sign in
        </Link>
      </p>
    </main>
  );
}
