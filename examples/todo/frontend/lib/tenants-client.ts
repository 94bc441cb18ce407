// authpact 0.1.0 contract 7e9eae3aa670 digest c867a40290984149; edit authpact.toml instead
/** This contract has no organizations: the browser needs no functions for them. */
import type { apiTokenClient } from "./api-token-client.ts";

export const tenantClients = (): ReturnType<typeof apiTokenClient>[] => [];
