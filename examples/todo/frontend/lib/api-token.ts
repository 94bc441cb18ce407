// authpact 0.1.0 contract 7e9eae3aa670 digest 42327df15522c792; edit authpact.toml instead
/**
 * A Better Auth plugin that issues access tokens for one API (RFC 9068).
 *
 * 1. POST only, so that Better Auth's origin check (CSRF) covers it. [issue:origin-checked]
 * 2. The session is read from the database, never from a cookie cache: a signed-out or banned
 *    user gets no further token. [issue:needs-session] [session:disabled-user]
 * 3. The signing key decides the algorithm; no request and no claim can.
 * 4. The payload is minimal: no name, no e-mail address, nothing a user can set; further claims
 *    replace no registered one and not the organization, and an impersonating administrator is
 *    named in `act`. [token:minimal-payload] [issue:reserved-claims] [token:impersonation]
 * 5. No token outlives the session it comes from. [session:lifetime]
 * 6. The answer must not be stored by any cache, and asking is rate-limited.
 *    [issue:not-cached] [issue:rate-limited]
 */
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, sensitiveSessionMiddleware } from "better-auth/api";
import { SignJWT } from "jose";

export type SigningKey = {
  readonly alg: string;
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
};

export type Principal = {
  readonly user: { readonly id: string } & Readonly<Record<string, unknown>>;
  readonly session: {
    readonly id: string;
    readonly expiresAt: Date;
    readonly impersonatedBy?: string | null | undefined;
    readonly activeOrganizationId?: string | null | undefined;
  };
};

export type TenantClaim = {
  readonly claim: string;
  /** The organization that is active in the session; null unless the user is a member of it. */
  readonly of: (ctx: GenericEndpointContext, principal: Principal) => Promise<string | null>;
};

export type ApiTokenOptions = {
  readonly issuer: () => string;
  readonly audience: () => string;
  readonly clientId: string;
  readonly tokenType: string;
  readonly lifetimeSeconds: number;
  /** Called for every token, never at import: `next build` evaluates this module without secrets. */
  readonly signingKey: (ctx: GenericEndpointContext) => Promise<SigningKey>;
  /** Where tokens speak for an organization. */
  readonly tenant?: TenantClaim | null;
  /** Further claims. Naming one of the reserved claims is an error, not an override. */
  readonly claims?: (principal: Principal) => Readonly<Record<string, unknown>>;
};

export const RESERVED_CLAIMS: ReadonlySet<string> = new Set([
  "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "sid", "act",
]);

/** For one client address, behind which a whole office may sit; every page load asks once. */
const REQUESTS_PER_MINUTE = 120;

function furtherClaims(options: ApiTokenOptions, principal: Principal): Record<string, unknown> {
  const claims = { ...options.claims?.(principal) };
  const reserved = Object.keys(claims).filter((name) => RESERVED_CLAIMS.has(name) || name === options.tenant?.claim);
  if (reserved.length > 0) throw new Error(`These claims are reserved: ${reserved.join(", ")}`);
  return claims;
}

/** Signs one access token, for an organization or for none. Returns it with its life in seconds. */
export async function signAccessToken(
  options: ApiTokenOptions,
  signingKey: SigningKey,
  principal: Principal,
  organization: string | null = null,
): Promise<{ token: string; expiresIn: number }> {
  const { user, session } = principal;
  const now = Math.floor(Date.now() / 1000);
  const sessionEnd = Math.floor(session.expiresAt.getTime() / 1000);
  const expiresAt = Math.min(now + options.lifetimeSeconds, sessionEnd);
  const actor = session.impersonatedBy ? { act: { sub: session.impersonatedBy } } : {};
  const tenancy = options.tenant && organization !== null ? { [options.tenant.claim]: organization } : {};
  const claims = { ...furtherClaims(options, principal), ...tenancy, ...actor };
  const token = await new SignJWT({ ...claims, client_id: options.clientId, sid: session.id })
    .setProtectedHeader({ alg: signingKey.alg, typ: options.tokenType, kid: signingKey.kid })
    .setIssuer(options.issuer())
    .setAudience(options.audience())
    .setSubject(user.id)
    .setJti(crypto.randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(expiresAt)
    .sign(signingKey.key);
  return { token, expiresIn: expiresAt - now };
}

export const apiToken = (options: ApiTokenOptions) =>
  ({
    id: "api-token",
    endpoints: {
      issueApiToken: createAuthEndpoint(
        "/api-token",
        { method: "POST", requireHeaders: true, use: [sensitiveSessionMiddleware] },
        async (ctx) => {
          const signingKey = await options.signingKey(ctx);
          const principal = ctx.context.session;
          const organization = (await options.tenant?.of(ctx, principal)) ?? null;
          const { token, expiresIn } = await signAccessToken(options, signingKey, principal, organization);
          ctx.setHeader("Cache-Control", "no-store");
          ctx.setHeader("Pragma", "no-cache");
          return ctx.json({
            access_token: token,
            token_type: "Bearer" as const,
            expires_in: expiresIn,
          });
        },
      ),
    },
    rateLimit: [
      { pathMatcher: (path: string) => path === "/api-token", window: 60, max: REQUESTS_PER_MINUTE },
    ],
  }) satisfies BetterAuthPlugin;
