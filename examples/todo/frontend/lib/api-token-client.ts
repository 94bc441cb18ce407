/** The browser's half of `lib/api-token.ts`: types only, so no server code reaches the bundle. */
import type { BetterAuthClientPlugin } from "better-auth/client";
import type { apiToken } from "./api-token.ts";

export const apiTokenClient = () =>
  ({
    id: "api-token",
    $InferServerPlugin: {} as ReturnType<typeof apiToken>,
    pathMethods: { "/api-token": "POST" },
  }) satisfies BetterAuthClientPlugin;
