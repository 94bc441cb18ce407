/** This contract has no organizations: tokens name none. */
import type { BetterAuthPlugin } from "better-auth";
import type { TenantClaim } from "./api-token.ts";

export const tenantPlugins = (): BetterAuthPlugin[] => [];

export const tenant: TenantClaim | null = null;
