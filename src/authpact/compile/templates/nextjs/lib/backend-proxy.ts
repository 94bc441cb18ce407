/**
 * Passes calls of the browser on to the API, with the access token the browser cannot read.
 *
 * 1. The caller must have a live session; an API token of another session is not used.
 * 2. A request that changes something must come from this origin (CSRF). [browser:csrf]
 * 3. The target is the configured API and nothing else: no host, no `..`, no encoded slash.
 * 4. Few headers pass in either direction: never cookies, never a redirect.
 * 5. `401 token_expired` is answered with one new token and one more try.
 */
import { decodeJwt } from "jose";
import { auth } from "./auth.ts";
import { authContract, publicApiUrl } from "./auth-contract.ts";
import { authOrigin } from "./environment.ts";

const PREFIX = "/api/backend";
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** RFC 3986 path segments, without an encoded dot, slash, backslash, percent or control character. */
const PLAIN_PATH = /^(?:\/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[5EeFf]|5[Cc]|[01]|7[Ff])[0-9A-Fa-f]{2})+)+\/?$/;
const REQUEST_HEADERS = ["accept", "content-type"] as const;
const RESPONSE_HEADERS = ["content-type", "retry-after", "www-authenticate"] as const;
const LARGEST_BODY = 1_048_576;
const TIMEOUT_MS = 10_000;

type Call = { readonly url: URL; readonly method: string; readonly headers: Headers; readonly body: ArrayBuffer | null };
type Token = { readonly value: string; readonly maxAge: number | null };

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

const secure = (): boolean => authOrigin().startsWith("https:");
const cookieName = (): string => (secure() ? "__Host-api-token" : "api-token");

function setCookie(value: string, maxAge: number): string {
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure() ? "; Secure" : ""}`;
  return `${cookieName()}=${value}; ${attributes}`;
}

function readCookie(request: Request): string | null {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const start = `${cookieName()}=`;
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? null;
}

function checkOrigin(request: Request): void {
  if (SAFE_METHODS.has(request.method)) return;
  if (request.headers.get("origin") !== authOrigin()) {
    throw new Refusal(403, "origin_refused", "This request does not come from this site.");
  }
}

function targetOf(request: Request): URL {
  if (publicApiUrl === undefined) throw new Refusal(503, "api_unset", `${authContract.env.apiUrl} is not set.`);
  const { pathname, search } = new URL(request.url);
  const path = pathname.slice(PREFIX.length);
  const parts = path.split("/");
  const inside = pathname.startsWith(`${PREFIX}/`) && PLAIN_PATH.test(path);
  if (!inside || parts.includes(".") || parts.includes("..")) {
    throw new Refusal(404, "not_found", "Not found.");
  }
  const base = new URL(publicApiUrl);
  return new URL(`${base.pathname.replace(/\/$/, "")}${path}${search}`, base.origin);
}

async function bodyOf(request: Request): Promise<ArrayBuffer | null> {
  if (SAFE_METHODS.has(request.method)) return null;
  if (Number(request.headers.get("content-length") ?? "0") > LARGEST_BODY) throw tooLarge();
  const body = await request.arrayBuffer();
  if (body.byteLength > LARGEST_BODY) throw tooLarge();
  return body.byteLength === 0 ? null : body;
}

function tooLarge(): Refusal {
  return new Refusal(413, "body_too_large", "The request is too large.");
}

/** The cookie's token, if it belongs to the session and lives. The API checks its signature. */
function heldToken(request: Request, sessionId: string): Token | null {
  const value = readCookie(request);
  if (value === null) return null;
  try {
    const { sid, exp } = decodeJwt(value);
    return sid === sessionId && typeof exp === "number" && exp * 1000 > Date.now() ? { value, maxAge: null } : null;
  } catch {
    return null;
  }
}

async function issue(request: Request): Promise<Token> {
  const issued = await auth.api.issueApiToken({ headers: request.headers });
  return { value: issued.access_token, maxAge: issued.expires_in };
}

async function pass(call: Call, token: Token): Promise<Response> {
  const headers = new Headers(call.headers);
  headers.set("authorization", `Bearer ${token.value}`);
  const { url, method, body } = call;
  const init = { method, headers, body, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  const response = await fetch(url, init).catch(() => {
    throw new Refusal(503, "api_unavailable", "The API did not answer.");
  });
  if (response.status >= 300 && response.status < 400) throw new Refusal(502, "api_redirect", "The API gave an unexpected answer.");
  return response;
}

async function expired(response: Response): Promise<boolean> {
  if (response.status !== 401 || authContract.reissue === "none") return false;
  const body: unknown = await response.clone().json().catch(() => null);
  return typeof body === "object" && body !== null && Reflect.get(body, "code") === "token_expired";
}

function chosen(names: readonly string[], from: Headers): Headers {
  const headers = new Headers();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

async function answer(request: Request): Promise<Response> {
  checkOrigin(request);
  const url = targetOf(request);
  const current = await auth.api.getSession({ headers: request.headers, query: { disableCookieCache: true } });
  if (current === null) throw new Refusal(401, "token_missing", "You are signed out.");
  const headers = chosen(REQUEST_HEADERS, request.headers);
  const call: Call = { url, method: request.method, headers, body: await bodyOf(request) };
  let token = heldToken(request, current.session.id) ?? (await issue(request));
  let response = await pass(call, token);
  if (await expired(response)) {
    token = await issue(request);
    response = await pass(call, token);
  }
  const answered = chosen(RESPONSE_HEADERS, response.headers);
  answered.set("cache-control", "no-store");
  if (token.maxAge !== null) answered.append("set-cookie", setCookie(token.value, token.maxAge));
  return new Response(response.body, { status: response.status, headers: answered });
}

/** Handles one request below `/api/backend`. Never throws: a refusal is a response. */
export async function passOn(request: Request): Promise<Response> {
  try {
    return await answer(request);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(503, "unavailable", "The service is not available.");
    const headers = new Headers({ "cache-control": "no-store" });
    if (refusal.status === 401) headers.append("set-cookie", setCookie("", 0));
    return Response.json({ detail: refusal.message, code: refusal.code }, { status: refusal.status, headers });
  }
}
