/** This contract has no organizations: the browser needs no functions for them. */
import type { apiTokenClient } from "./api-token-client.ts";

export const tenantClients = (): ReturnType<typeof apiTokenClient>[] => [];
