/** `authClient.organization`: create, invite, accept, leave, and `setActive` to switch. */
import { organizationClient } from "better-auth/client/plugins";

export const tenantClients = () => [organizationClient()];
