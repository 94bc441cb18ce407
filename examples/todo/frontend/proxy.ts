// authpact 0.1.0 contract 7e9eae3aa670 digest 100dd4214ed5be64; edit authpact.toml instead
/**
 * Runs before every page: sends visitors without a session cookie to the sign-in page, and sets
 * the security headers.
 *
 * The redirect is a convenience and no protection. It looks only whether a cookie is there, not
 * whether it is genuine: the API refuses every request without a valid token by itself.
 *
 * Scripts run only with the nonce of their response, so pages must be rendered per request: call
 * `await connection()` (from `next/server`) in the root layout.
 */
import { getSessionCookie } from "better-auth/cookies";
import { type NextRequest, NextResponse } from "next/server";
import { authContract, publicApiUrl } from "./lib/auth-contract.ts";

const DEVELOPMENT = process.env.NODE_ENV === "development";

function contentSecurityPolicy(nonce: string): string {
  // The development server of Next.js evaluates strings and injects styles and web sockets.
  const development = DEVELOPMENT ? " 'unsafe-eval'" : "";
  const api = authContract.storage === "cookie" || publicApiUrl === undefined ? "" : ` ${new URL(publicApiUrl).origin}`;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    `style-src 'self' ${DEVELOPMENT ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    `connect-src 'self'${api}${DEVELOPMENT ? " ws:" : ""}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function needsSession(pathname: string): boolean {
  return pathname !== authContract.pages.signIn && !authContract.pages.public.includes(pathname);
}

export function proxy(request: NextRequest): NextResponse {
  if (needsSession(request.nextUrl.pathname) && getSessionCookie(request) === null) {
    return NextResponse.redirect(new URL(authContract.pages.signIn, request.url));
  }
  const policy = contentSecurityPolicy(Buffer.from(crypto.randomUUID()).toString("base64"));
  const headers = new Headers(request.headers);
  // Next.js reads the nonce from this request header and puts it on its own scripts.
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  response.headers.set("Referrer-Policy", "same-origin");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
  return response;
}

export const config = {
  // Pages only: API routes answer with 401 themselves, and files need no session.
  matcher: ["/((?!api/|_next/|favicon.ico|.*\\.[a-z0-9]+$).*)"],
};
