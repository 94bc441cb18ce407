"use client";

import { signIn } from "../lib/auth-client.ts";
import { CredentialsForm } from "./credentials-form.tsx";
import { Field } from "./field.tsx";

const EXPLAIN = {
  // One sentence for both, so that nobody learns which addresses have an account.
  401: "E-mail address or password is wrong.",
  403: "This account may not sign in.",
};

export function SignInForm() {
  const submit = (fields: FormData) =>
    signIn.email({ email: String(fields.get("email")), password: String(fields.get("password")) });
  return (
    <CredentialsForm action="Sign in" submit={submit} explain={EXPLAIN}>
      <Field label="E-mail address" name="email" type="email" autoComplete="email" />
      <Field label="Password" name="password" type="password" autoComplete="current-password" />
    </CredentialsForm>
  );
}
