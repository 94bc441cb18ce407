/** The contracts the templates are checked and tested with: every mode, storage and revocation. */
import type { AuthContract } from "../src/authpact/compile/templates/nextjs/lib/contract-type.ts";

export const example: AuthContract = {
  project: "todo",
  mode: "shared-secret",
  algorithm: "HS256",
  issuer: "http://localhost:3000",
  audience: "http://localhost:8000",
  tokenType: "at+jwt",
  lifetimeSeconds: 900,
  clientId: "web",
  rolesClaim: "roles",
  permissionsClaim: null,
  sessionSeconds: 604800,
  storage: "memory",
  reissue: "silent",
  tokenPath: "/api-token",
  origins: ["http://localhost:3000"],
  roles: { admin: ["tasks:read:any"] },
  jwksPath: "/jwks",
  revocation: { mode: "none", path: "/auth/backchannel-logout" },
  pages: { signIn: "/sign-in", public: ["/", "/sign-up"] },
  env: {
    secret: "API_JWT_SECRET",
    keyId: "API_JWT_KID",
    issuer: "API_JWT_ISSUER",
    audience: "API_JWT_AUDIENCE",
    apiUrl: "NEXT_PUBLIC_API_URL",
  },
};

const MODES = ["shared-secret", "jwks"] as const;
const STORAGES = ["memory", "cookie", "storage"] as const;

/** Every mode with every storage; the kinds of revocation, roles and tenants alternate among them. */
export function allContracts(): AuthContract[] {
  const bases = MODES.flatMap((mode) => STORAGES.map((storage) => ({ mode, storage })));
  return bases.flatMap(({ mode, storage }) => [
    contract({ mode, storage }),
    contract({ mode, storage, roles: {}, rolesClaim: null, revocation: { mode: "backchannel", path: "/auth/backchannel-logout" }, tenantClaim: "org_id" }),
  ]);
}

export function contract(changes: Partial<AuthContract>): AuthContract {
  const algorithm = changes.mode === "jwks" ? "EdDSA" : "HS256";
  return { ...example, algorithm, ...changes };
}
