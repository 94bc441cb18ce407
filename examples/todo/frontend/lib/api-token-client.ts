// authpact 0.1.0 contract 7e9eae3aa670 digest 1fb3f1332e353928; edit authpact.toml instead
/** The browser's half of `lib/api-token.ts`: types only, so no server code reaches the bundle. */
import type { BetterAuthClientPlugin } from "better-auth/client";
import type { apiToken } from "./api-token.ts";

export const apiTokenClient = () =>
  ({
    id: "api-token",
    $InferServerPlugin: {} as ReturnType<typeof apiToken>,
    pathMethods: { "/api-token": "POST" },
  }) satisfies BetterAuthClientPlugin;
