import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { SignOutButton } from "../../components/sign-out-button.tsx";
import { TaskList } from "../../components/task-list.tsx";
import { auth } from "../../lib/auth.ts";

export const metadata: Metadata = { title: "Tasks" };

export default async function TasksPage() {
  const session = await auth.api.getSession({ headers: await headers() });
  if (session === null) redirect("/sign-in");
  const { user } = session;
  return (
    <>
      <header className="bar">
        <p className="brand">Todo</p>
        <p className="who">
          <span className="who-name">{user.name}</span>
          <SignOutButton />
        </p>
      </header>
      <main className="page">
        <h1>Tasks</h1>
        <TaskList userId={user.id} />
      </main>
    </>
  );
}
