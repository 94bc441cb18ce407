// authpact 0.1.0 contract 7e9eae3aa670 digest 38b9b28fc8662bbf; edit authpact.toml instead
/** Better Auth in the browser. Use these functions instead of calling its endpoints by hand. */
import { createAuthClient } from "better-auth/react";
import { apiTokenClient } from "./api-token-client.ts";
import { transport } from "./api-transport.ts";
import { tenantClients } from "./tenants-client.ts";

/** A token belongs to one session. Whatever may change the session ends its use. */
function forgetUnlessReading({ request }: { readonly request: { readonly method: string } }): void {
  if (request.method !== "GET") transport.forget();
}

export const authClient = createAuthClient({
  plugins: [apiTokenClient(), ...tenantClients()],
  fetchOptions: { onSuccess: forgetUnlessReading, onError: forgetUnlessReading },
});

export const { signIn, signUp, signOut, useSession } = authClient;
