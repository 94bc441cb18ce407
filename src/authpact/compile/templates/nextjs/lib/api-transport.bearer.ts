/**
 * Carries the access token as `Authorization: Bearer`, straight from the browser to the API.
 *
 * 1. The token goes to the API's origin only, whatever path a caller asks for.
 * 2. One token is issued at a time; requests that need it wait for the same one.
 * 3. `401 token_expired` is answered with one new token and one more try. Any other 401 ends the
 *    sign-in: a token that is wrong does not become right by asking again. [session:reissue]
 * 4. A token that was asked for before a sign-in or sign-out is never kept after it.
 */
import type { Transport } from "./api-client.ts";
import { ApiError, errorOf, problemOf, SignedOut, Unavailable } from "./api-errors.ts";
import { authContract, publicApiUrl } from "./auth-contract.ts";
import { type HeldToken, type TokenStore, tokenStore } from "./token-store.ts";

export type BearerOptions = {
  readonly apiUrl: string | undefined;
  readonly issueUrl: string;
  readonly reissue: "silent" | "none";
  readonly store: TokenStore;
  readonly fetch: typeof fetch;
};

/** Asked for this early, a token does not expire on its way to the API. */
const EARLY_MS = 5_000;

async function issue(options: BearerOptions): Promise<HeldToken> {
  const response = await options.fetch(options.issueUrl, {
    method: "POST",
    body: "{}",
    headers: { "Content-Type": "application/json" },
    cache: "no-store",
    credentials: "same-origin",
  });
  if (!response.ok) throw await errorOf(response);
  const body = (await response.json()) as { access_token?: unknown; expires_in?: unknown };
  if (typeof body.access_token !== "string" || typeof body.expires_in !== "number") {
    throw new Unavailable("The sign-in service gave an unexpected answer.", response.status);
  }
  return { value: body.access_token, expiresAt: Date.now() + body.expires_in * 1000 };
}

function target(apiUrl: string | undefined, path: string): URL {
  if (apiUrl === undefined) throw new ApiError(`${authContract.env.apiUrl} is not set.`, 0);
  const url = new URL(path, apiUrl);
  if (url.origin !== new URL(apiUrl).origin) throw new ApiError("This path leaves the API.", 0);
  return url;
}

/** One issued token at a time, and none across a change of session. */
function tokenSource(options: BearerOptions) {
  const { store } = options;
  let sessions = 0;
  let issuing: Promise<HeldToken> | null = null;

  async function startIssuing(): Promise<HeldToken> {
    const session = sessions;
    try {
      const token = await issue(options);
      if (session === sessions) store.write(token);
      return token;
    } finally {
      if (session === sessions) issuing = null;
    }
  }

  return {
    async current(): Promise<HeldToken> {
      const held = store.read();
      if (held !== null && held.expiresAt - EARLY_MS > Date.now()) return held;
      if (held !== null && options.reissue === "none") throw new SignedOut("Your sign-in has expired.", 401, "token_expired");
      issuing ??= startIssuing();
      return issuing;
    },
    /** Drops one refused token, unless a newer one has taken its place. */
    drop(token: HeldToken): void {
      if (store.read()?.value === token.value) store.clear();
    },
    forget(): void {
      sessions += 1;
      issuing = null;
      store.clear();
    },
  };
}

export function bearerTransport(options: BearerOptions): Transport {
  const source = tokenSource(options);

  async function attempt(url: URL, init: RequestInit): Promise<{ response: Response; token: HeldToken }> {
    const token = await source.current();
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${token.value}`);
    const response = await options.fetch(url, { ...init, headers, credentials: "omit" });
    return { response, token };
  }

  async function send(path: string, init: RequestInit): Promise<Response> {
    const url = target(options.apiUrl, path);
    const first = await attempt(url, init);
    if (first.response.status !== 401) return first.response;
    const { code } = await problemOf(first.response.clone());
    if (code === "token_expired" && options.reissue === "silent") {
      source.drop(first.token);
      const second = await attempt(url, init);
      if (second.response.status !== 401) return second.response;
    }
    source.forget();
    throw new SignedOut("Your sign-in is no longer valid.", 401, code);
  }

  return { send, forget: source.forget };
}

export const transport: Transport = bearerTransport({
  apiUrl: publicApiUrl,
  issueUrl: `/api/auth${authContract.tokenPath}`,
  reissue: authContract.reissue,
  store: tokenStore,
  fetch: (...request) => fetch(...request),
});
