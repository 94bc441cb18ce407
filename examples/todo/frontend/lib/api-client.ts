// authpact 0.1.0 contract 7e9eae3aa670 digest dced037f92f3b058; edit authpact.toml instead
/**
 * Calls the API. Answers are `unknown`: check their shape where you use them.
 *
 * Every failure is one of the classes in `api-errors.ts`. No token appears in any of them.
 */
import { ApiError, errorOf, Unavailable } from "./api-errors.ts";
import { transport } from "./api-transport.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Sends a request to a path of the API with the caller's identity, and returns what came back. */
export type Transport = {
  readonly send: (path: string, init: RequestInit) => Promise<Response>;
  /** Forgets the token in hand. Called whenever the session may have changed. */
  readonly forget: () => void;
};

export type ApiClient = {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, body?: unknown) => Promise<unknown>;
  readonly put: (path: string, body?: unknown) => Promise<unknown>;
  readonly patch: (path: string, body?: unknown) => Promise<unknown>;
  readonly delete: (path: string) => Promise<unknown>;
};

const TIMEOUT_MS = 10_000;

export function createApiClient({ send }: Pick<Transport, "send">): ApiClient {
  const call = (method: Method) => (path: string, body?: unknown) => answerOf(send(path, request(method, body)));
  return {
    get: call("GET"),
    post: call("POST"),
    put: call("PUT"),
    patch: call("PATCH"),
    delete: call("DELETE"),
  };
}

function request(method: Method, body: unknown): RequestInit {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return { method, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS), ...json };
}

async function answerOf(sending: Promise<Response>): Promise<unknown> {
  try {
    const response = await sending;
    if (!response.ok) throw await errorOf(response);
    return response.status === 204 ? undefined : await response.json();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new Unavailable("The service did not answer.", 0);
  }
}

export const api: ApiClient = createApiClient(transport);
