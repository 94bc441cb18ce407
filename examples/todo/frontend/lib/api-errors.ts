// authpact 0.1.0 contract 7e9eae3aa670 digest 8ea6a017f816c998; edit authpact.toml instead
/** What can go wrong between this frontend and the API, one class for each thing a page can do about it. */

export class ApiError extends Error {
  override readonly name: string = "ApiError";
  /** HTTP status, or 0 where no answer came. */
  readonly status: number;
  /** The API's stable code, for example `token_expired`; null where it sent none. */
  readonly code: string | null;

  constructor(message: string, status: number, code: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** 401: there is no session any more, or the token was refused. The user signs in again. */
export class SignedOut extends ApiError {
  override readonly name = "SignedOut";
}

/** 403: signed in, and not allowed. Signing in again does not help. */
export class Forbidden extends ApiError {
  override readonly name = "Forbidden";
}

/** 404: it does not exist, or it is somebody else's: the API does not say which. */
export class NotFound extends ApiError {
  override readonly name = "NotFound";
}

/** No answer, 429 or 5xx. Trying again later may help. */
export class Unavailable extends ApiError {
  override readonly name = "Unavailable";
}

/** Any other 4xx: the request itself is wrong, for example an empty title. */
export class Rejected extends ApiError {
  override readonly name = "Rejected";
}

type Problem = { readonly detail: string | null; readonly code: string | null };

/** Reads `{"detail", "code"}` of the API or `{"message", "code"}` of Better Auth, and never fails. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== "object" || body === null) return { detail: null, code: null };
  const text = (name: string): string | null => {
    const value: unknown = Reflect.get(body, name);
    return typeof value === "string" ? value : null;
  };
  return { detail: text("detail") ?? text("message"), code: text("code") };
}

/** The error for a response that is not a success. */
export async function errorOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const { detail, code } = await problemOf(response);
  if (status === 401) return new SignedOut(detail ?? "You are signed out.", status, code);
  if (status === 403) return new Forbidden(detail ?? "You may not do this.", status, code);
  if (status === 404) return new NotFound(detail ?? "Not found.", status, code);
  if (status === 429 || status >= 500) return new Unavailable(detail ?? "The service is not available.", status, code);
  return new Rejected(detail ?? "The request was refused.", status, code);
}
