import type { Metadata } from "next";
import Link from "next/link";
import { SignUpForm } from "../../components/sign-up-form.tsx";

export const metadata: Metadata = { title: "Create an account" };

export default function SignUpPage() {
  return (
    <main className="page page-narrow">
      <p className="brand">Todo</p>
      <h1>Create an account</h1>
      <SignUpForm />
      <p className="aside">
        Already have one? <Link href="/sign-in">Sign in</Link>
      </p>
    </main>
  );
}
