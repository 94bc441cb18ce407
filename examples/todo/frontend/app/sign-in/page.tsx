import type { Metadata } from "next";
import Link from "next/link";
import { SignInForm } from "../../components/sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default function SignInPage() {
  return (
    <main className="page page-narrow">
      <p className="brand">Todo</p>
      <h1>Sign in</h1>
      <SignInForm />
      <p className="aside">
        No account yet? <Link href="/sign-up">Create one</Link>
      </p>
    </main>
  );
}
