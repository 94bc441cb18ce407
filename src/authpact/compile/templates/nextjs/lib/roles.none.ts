/** This contract has no roles: users have no `role` column, tokens carry no roles. */
import type { BetterAuthPlugin } from "better-auth";

export const rolePlugins = (): BetterAuthPlugin[] => [];

export function roleClaims(): Record<string, string[]> {
  return {};
}
