"use client";

import { signUp } from "../lib/auth-client.ts";
import { CredentialsForm } from "./credentials-form.tsx";
import { Field } from "./field.tsx";

const EXPLAIN = { 422: "There is already an account with this e-mail address." };
const SHORTEST_PASSWORD = 8;

export function SignUpForm() {
  const submit = (fields: FormData) =>
    signUp.email({
      name: String(fields.get("name")),
      email: String(fields.get("email")),
      password: String(fields.get("password")),
    });
  return (
    <CredentialsForm action="Create account" submit={submit} explain={EXPLAIN}>
      <Field label="Name" name="name" type="text" autoComplete="name" />
      <Field label="E-mail address" name="email" type="email" autoComplete="email" />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={SHORTEST_PASSWORD}
        hint="At least eight characters."
      />
    </CredentialsForm>
  );
}
