/**
 * Roles live in `user.role`, which the `admin()` plugin lets nobody set at sign-up. [token:roles]
 *
 * A contract role named `admin` may also use Better Auth's own administration (list, ban, set
 * roles, impersonate); every other role means something to the API only.
 */
import { admin } from "better-auth/plugins";
import { adminAc, userAc } from "better-auth/plugins/admin/access";
import type { Principal } from "./api-token.ts";
import { authContract } from "./auth-contract.ts";

/** The role of everyone who was given no other. Unless the contract names it, it grants nothing. */
export const DEFAULT_ROLE = "user";

const assignable = [...new Set([DEFAULT_ROLE, ...Object.keys(authContract.roles)])];

export const rolePlugins = () => [
  admin({
    defaultRole: DEFAULT_ROLE,
    roles: Object.fromEntries(assignable.map((role) => [role, role === "admin" ? adminAc : userAc])),
  }),
];

export function isAssignable(role: string): boolean {
  return assignable.includes(role);
}

/** Only roles of the contract reach a token; Better Auth joins several with commas. */
function rolesOf(principal: Principal): string[] {
  const { role } = principal.user;
  const held = typeof role === "string" ? role.split(",").map((name) => name.trim()) : [];
  return held.filter((name) => Object.hasOwn(authContract.roles, name));
}

export function roleClaims(principal: Principal): Record<string, string[]> {
  const roles = rolesOf(principal);
  const permissions = [...new Set(roles.flatMap((role) => authContract.roles[role] ?? []))];
  return {
    ...(authContract.rolesClaim === null ? {} : { [authContract.rolesClaim]: roles }),
    ...(authContract.permissionsClaim === null ? {} : { [authContract.permissionsClaim]: permissions }),
  };
}
