/**
 * Keeps the access token in memory: gone with the page, and out of reach of anything that reads
 * browser storage. After a reload the session cookie obtains the next one. [browser:storage]
 */
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

export function memoryStore(): TokenStore {
  let held: HeldToken | null = null;
  return {
    read: () => held,
    write(token) {
      held = token;
    },
    clear() {
      held = null;
    },
  };
}

/** A module lives as long as the page; on a server it would be shared, so there it keeps nothing. */
export const tokenStore: TokenStore =
  typeof window === "undefined" ? { read: () => null, write() {}, clear() {} } : memoryStore();
