/**
 * Keeps the access token in sessionStorage, so that it survives a reload of the tab.
 *
 * Caveat: every script that runs on this origin can read it and send it away, so one XSS hole
 * gives the token to somebody else until it expires. In memory it is harder to reach, in the
 * HttpOnly cookie it cannot be read at all. Keep the tokens short-lived. localStorage would add
 * every other tab and would keep the token after the browser was closed: not used.
 */
import { authContract } from "./auth-contract.ts";

export type HeldToken = {
  readonly value: string;
  /** Milliseconds since 1970, by this browser's clock. */
  readonly expiresAt: number;
};

export type TokenStore = {
  readonly read: () => HeldToken | null;
  readonly write: (token: HeldToken) => void;
  readonly clear: () => void;
};

const KEY = `${authContract.project}.api-token`;

function parse(text: string | null): HeldToken | null {
  if (text === null) return null;
  try {
    const { value, expiresAt } = JSON.parse(text) as { value?: unknown; expiresAt?: unknown };
    return typeof value === "string" && typeof expiresAt === "number" ? { value, expiresAt } : null;
  } catch {
    return null;
  }
}

export function storageStore(storage: Storage): TokenStore {
  return {
    read: () => parse(storage.getItem(KEY)),
    write: (token) => storage.setItem(KEY, JSON.stringify(token)),
    clear: () => storage.removeItem(KEY),
  };
}

/** There is no sessionStorage on the server: there it keeps nothing. */
export const tokenStore: TokenStore =
  typeof window === "undefined" ? { read: () => null, write() {}, clear() {} } : storageStore(window.sessionStorage);
