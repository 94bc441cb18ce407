// authpact 0.1.0 contract 7e9eae3aa670 digest b8d8b10afb8c60fd; edit authpact.toml instead
/** This contract has no organizations: tokens name none. */
import type { BetterAuthPlugin } from "better-auth";
import type { TenantClaim } from "./api-token.ts";

export const tenantPlugins = (): BetterAuthPlugin[] => [];

export const tenant: TenantClaim | null = null;
