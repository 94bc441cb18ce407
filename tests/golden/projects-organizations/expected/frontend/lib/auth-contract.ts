import type { AuthContract } from "./contract-type.ts";

export const authContract: AuthContract = {
  "project": "projects",
  "mode": "shared-secret",
  "algorithm": "HS256",
  "issuer": "http://localhost:3000",
  "audience": "http://localhost:8000",
  "tokenType": "at+jwt",
  "lifetimeSeconds": 900,
  "clientId": "web",
  "rolesClaim": "roles",
  "permissionsClaim": null,
  "tenantClaim": "org_id",
  "sessionSeconds": 604800,
  "storage": "memory",
  "reissue": "silent",
  "tokenPath": "/api-token",
  "origins": [
    "http://localhost:3000"
  ],
  "roles": {
    "admin": [
      "reports:read"
    ]
  },
  "jwksPath": "/jwks",
  "revocation": {
    "mode": "none",
    "path": "/auth/backchannel-logout"
  },
  "pages": {
    "signIn": "/sign-in",
    "public": [
      "/",
      "/sign-up"
    ]
  },
  "env": {
    "secret": "API_JWT_SECRET",
    "keyId": "API_JWT_KID",
    "issuer": "API_JWT_ISSUER",
    "audience": "API_JWT_AUDIENCE",
    "apiUrl": "NEXT_PUBLIC_API_URL"
  }
};

/** Written out in full: Next.js puts the value in the place of exactly this expression. */
export const publicApiUrl: string | undefined = process.env.NEXT_PUBLIC_API_URL || undefined;
