/**
 * Tells the API about every ended session, so that it refuses tokens which have not expired yet.
 *
 * The message is a logout token as in OpenID Connect Back-Channel Logout 1.0: signed with the same
 * key, but of another type, so neither can stand in for the other. It is sent for sign-out, a
 * revoked session, a changed password, a ban and a deleted user, because all of them delete
 * sessions. A session that merely expires needs no message: no token outlives it.
 */
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { SignJWT } from "jose";
import { authContract, publicApiUrl } from "./auth-contract.ts";
import { audience, issuer } from "./environment.ts";
import { signingKey } from "./signing-key.ts";

type EndedSession = { readonly id: string; readonly userId: string; readonly expiresAt: Date };

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const LIFETIME_SECONDS = 120;
/** For all attempts together: the user is waiting for the sign-out. */
const DEADLINE_MS = 3_000;
const ATTEMPTS = 3;

export async function logoutToken(ctx: GenericEndpointContext, session: EndedSession): Promise<string> {
  const { alg, kid, key } = await signingKey(ctx);
  return new SignJWT({ sid: session.id, events: { [EVENT]: {} } })
    .setProtectedHeader({ alg, typ: "logout+jwt", kid })
    .setIssuer(issuer())
    .setAudience(audience())
    .setSubject(session.userId)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`)
    .sign(key);
}

async function post(token: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(new URL(authContract.revocation.path, publicApiUrl), {
    method: "POST",
    body: new URLSearchParams({ logout_token: token }),
    redirect: "error",
    signal,
  });
  return response.ok;
}

/** Sign-out works without the API: a message that cannot be delivered is logged, not thrown. */
async function notify(ctx: GenericEndpointContext, session: EndedSession): Promise<void> {
  if (session.expiresAt.getTime() <= Date.now()) return;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const token = await logoutToken(ctx, session);
    if (await post(token, deadline).catch(() => false)) return;
  }
  ctx.context.logger.error(`The API was not told that session ${session.id} has ended.`);
}

export const revocationPlugins = (): BetterAuthPlugin[] => [
  {
    id: "backchannel-logout",
    init: (context) => ({
      options: {
        databaseHooks: {
          session: {
            delete: {
              after: async (session) => {
                // Sessions also end outside a request, where Better Auth has no endpoint context.
                await notify({ context } as unknown as GenericEndpointContext, session);
              },
            },
          },
        },
      },
    }),
  },
];
