/**
 * The key pairs of Better Auth's `jwt()` plugin, which also serves the public halves as a key set.
 *
 * Its own `/token` endpoint stays closed: it would sign the whole user row. The key is chosen by
 * the contract's algorithm, because the plugin alone goes on with an old key after the algorithm
 * was changed. [key:strength] [issue:one-endpoint]
 */
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { type JWKOptions, type JwtOptions, jwt, resolveSigningKey } from "better-auth/plugins";
import type { SigningKey } from "./api-token.ts";
import { authContract } from "./auth-contract.ts";
import { audience, issuer } from "./environment.ts";

const RSA_BITS = 2048;
const KEY_PAIRS: Readonly<Record<string, JWKOptions>> = {
  EdDSA: { alg: "EdDSA", crv: "Ed25519" },
  ES256: { alg: "ES256" },
  RS256: { alg: "RS256", modulusLength: RSA_BITS },
  PS256: { alg: "PS256", modulusLength: RSA_BITS },
};

let resolving: Promise<SigningKey> | null = null;

function keyPair(): JWKOptions {
  const options = KEY_PAIRS[authContract.algorithm];
  if (options === undefined) throw new Error(`${authContract.algorithm} has no public key.`);
  return options;
}

function options(): JwtOptions {
  return {
    disableSettingJwtHeader: true,
    jwks: { keyPairConfig: keyPair(), jwksPath: authContract.jwksPath },
    jwt: {
      issuer: issuer(),
      audience: audience(),
      expirationTime: `${authContract.lifetimeSeconds}s`,
      definePayload: () => ({}),
    },
  };
}

export const signingPlugins = (): BetterAuthPlugin[] => [jwt(options())];
export const disabledPaths: string[] = ["/token"];

/** One look-up at a time: first requests that race would each create a key pair. */
export async function signingKey(ctx: GenericEndpointContext): Promise<SigningKey> {
  resolving ??= resolve(ctx).finally(() => {
    resolving = null;
  });
  return resolving;
}

async function resolve(ctx: GenericEndpointContext): Promise<SigningKey> {
  const key = await resolveSigningKey(ctx, options(), { signingAlgorithm: keyPair().alg });
  if (key === null) throw new Error("Signing is delegated elsewhere: this contract expects local keys.");
  return { alg: key.alg, kid: key.kid, key: key.privateKey };
}

/** Creates the first key pair, so that requests which race after a first start find one. */
export async function requireSigningKey(ctx: GenericEndpointContext): Promise<void> {
  await signingKey(ctx);
}
