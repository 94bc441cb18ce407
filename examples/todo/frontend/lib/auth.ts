// authpact 0.1.0 contract 7e9eae3aa670 digest 5a182c951abd2a37; edit authpact.toml instead
/** The authorization server: Better Auth, inside this Next.js application. */
import { betterAuth } from "better-auth";
import { nextCookies } from "better-auth/next-js";
import { apiToken } from "./api-token.ts";
import { authContract } from "./auth-contract.ts";
import { openDatabase } from "./database.ts";
import { audience, authOrigin, issuer, secretOption, trustedOrigins } from "./environment.ts";
import { revocationPlugins } from "./revocation.ts";
import { roleClaims, rolePlugins } from "./roles.ts";
import { disabledPaths, signingKey, signingPlugins } from "./signing-key.ts";
import { tenant, tenantPlugins } from "./tenants.ts";

export const auth = betterAuth({
  ...secretOption(),
  appName: authContract.project,
  baseURL: authOrigin(),
  trustedOrigins: trustedOrigins(),
  database: openDatabase(),
  emailAndPassword: { enabled: true },
  session: {
    expiresIn: authContract.sessionSeconds,
    // A cached session would outlive sign-out, a ban and a change of roles.
    cookieCache: { enabled: false },
  },
  disabledPaths,
  plugins: [
    ...signingPlugins(),
    ...rolePlugins(),
    ...tenantPlugins(),
    ...revocationPlugins(),
    apiToken({
      issuer,
      audience,
      clientId: authContract.clientId,
      tokenType: authContract.tokenType,
      lifetimeSeconds: authContract.lifetimeSeconds,
      signingKey,
      tenant,
      claims: roleClaims,
    }),
    // Last, so that it sees the cookies every other plugin sets.
    nextCookies(),
  ],
});
