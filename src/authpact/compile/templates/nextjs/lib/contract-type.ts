/**
 * The shape of the values that `lib/auth-contract.ts` carries over from `authpact.toml`.
 *
 * The types are as wide as every contract, not as narrow as the present one, so that the code
 * beside this file is checked for all of them at once.
 */
export type AuthContract = {
  readonly project: string;
  readonly mode: "shared-secret" | "jwks";
  readonly algorithm: "HS256" | "EdDSA" | "ES256" | "RS256" | "PS256";
  /** `iss`: a fixed name. The variable `env.issuer` replaces it in one deployment. */
  readonly issuer: string;
  /** `aud`: the one API these tokens are for. The variable `env.audience` replaces it. */
  readonly audience: string;
  readonly tokenType: "at+jwt";
  /** Life of an access token, in seconds. */
  readonly lifetimeSeconds: number;
  /** `client_id`: this frontend (RFC 9068 section 2.2). */
  readonly clientId: string;
  /** Claims that carry the roles and the permissions; null where tokens carry none. */
  readonly rolesClaim: string | null;
  readonly permissionsClaim: string | null;
  /** The claim that names the active organization; absent where the contract has none. */
  readonly tenantClaim?: string;
  /** Life of a Better Auth session, in seconds. */
  readonly sessionSeconds: number;
  readonly storage: "memory" | "cookie" | "storage";
  /** `silent`: an expired token is replaced while the session lives. `none`: it ends the sign-in. */
  readonly reissue: "silent" | "none";
  readonly tokenPath: "/api-token";
  /** Origins of the frontend. The first one is its own address where BETTER_AUTH_URL is not set. */
  readonly origins: readonly string[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly jwksPath: string;
  readonly revocation: { readonly mode: "none" | "backchannel"; readonly path: string };
  /** Pages of the frontend that `proxy.ts` knows. A page that is not public needs a session. */
  readonly pages: { readonly signIn: string; readonly public: readonly string[] };
  /** Names of environment variables, never values. */
  readonly env: {
    readonly secret: string;
    readonly keyId: string;
    readonly issuer: string;
    readonly audience: string;
    readonly apiUrl: string;
  };
};
