import type { AuthContract } from "./contract-type.ts";

export const authContract: AuthContract = {
  "project": "invoices",
  "mode": "shared-secret",
  "algorithm": "HS256",
  "issuer": "https://app.example.com",
  "audience": "https://api.example.com",
  "tokenType": "at+jwt",
  "lifetimeSeconds": 600,
  "clientId": "portal",
  "rolesClaim": "https://example.com/roles",
  "permissionsClaim": null,
  "sessionSeconds": 43200,
  "storage": "memory",
  "reissue": "silent",
  "tokenPath": "/api-token",
  "origins": [
    "https://app.example.com",
    "https://admin.example.com"
  ],
  "roles": {
    "auditor": [
      "audit:read",
      "exports:create"
    ],
    "support": [
      "exports:create"
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
    "secret": "INVOICES_JWT_SECRET",
    "keyId": "INVOICES_JWT_KID",
    "issuer": "INVOICES_JWT_ISSUER",
    "audience": "INVOICES_JWT_AUDIENCE",
    "apiUrl": "NEXT_PUBLIC_INVOICES_API"
  }
};

/** Written out in full: Next.js puts the value in the place of exactly this expression. */
export const publicApiUrl: string | undefined = process.env.NEXT_PUBLIC_INVOICES_API || undefined;
