/**
 * Sends every call to this application's own server, which holds the access token in an HttpOnly
 * cookie and passes the call on (`app/api/backend`). No script can read the token.
 */
import type { Transport } from "./api-client.ts";
import { SignedOut } from "./api-errors.ts";

export const BACKEND_PREFIX = "/api/backend";

export const transport: Transport = {
  async send(path, init) {
    if (!path.startsWith("/") || path.startsWith("//")) throw new TypeError("An API path starts with one slash.");
    const response = await fetch(`${BACKEND_PREFIX}${path}`, { ...init, credentials: "same-origin" });
    if (response.status === 401) throw new SignedOut("Your sign-in is no longer valid.", 401);
    return response;
  },
  // The server compares the cookie with the session on every call: there is nothing to forget here.
  forget() {},
};
