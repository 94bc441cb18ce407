/**
 * A token speaks for the organization that is active in the session, and for no other. [tenant:claim]
 *
 * Better Auth leaves a session as it is when somebody else removes the user from the organization,
 * so the session alone is no proof: the membership is read from the database for every token.
 * Tokens issued before keep their organization until they expire.
 */
import type { GenericEndpointContext } from "better-auth";
import { organization } from "better-auth/plugins";
import type { Principal, TenantClaim } from "./api-token.ts";
import { authContract } from "./auth-contract.ts";

export const tenantPlugins = () => [organization()];

async function activeOrganization(
  ctx: GenericEndpointContext,
  { user, session }: Principal,
): Promise<string | null> {
  const { activeOrganizationId } = session;
  if (!activeOrganizationId) return null;
  const member = await ctx.context.adapter.findOne({
    model: "member",
    where: [
      { field: "organizationId", value: activeOrganizationId },
      { field: "userId", value: user.id },
    ],
  });
  return member === null ? null : activeOrganizationId;
}

const { tenantClaim } = authContract;

export const tenant: TenantClaim | null =
  tenantClaim === undefined ? null : { claim: tenantClaim, of: activeOrganization };
