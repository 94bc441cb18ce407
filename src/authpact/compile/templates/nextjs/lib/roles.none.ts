/** This contract has no roles: users have no `role` column, tokens carry no roles. */
import type { BetterAuthPlugin } from "better-auth";

export const rolePlugins = (): BetterAuthPlugin[] => [];

export function isAssignable(): boolean {
  return false;
}

export function roleClaims(): Record<string, string[]> {
  return {};
}
