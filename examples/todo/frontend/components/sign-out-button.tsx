"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { signOut } from "../lib/auth-client.ts";

export function SignOutButton() {
  const router = useRouter();
  const [failed, setFailed] = useState(false);

  async function onClick() {
    const done = await signOut().then(
      ({ error }) => error === null,
      () => false,
    );
    setFailed(!done);
    if (done) router.push("/sign-in");
  }

  return (
    <button className="button button-quiet button-small" type="button" onClick={onClick}>
      {failed ? "Not signed out: try again" : "Sign out"}
    </button>
  );
}
