// authpact 0.1.0 contract 7e9eae3aa670 digest b8660a058a7654f6; edit authpact.toml instead
/**
 * The key both sides share: base64url of at least 32 random bytes, in a variable of its own.
 *
 * It must not be a Better Auth secret. Whoever holds that one can forge sessions and the links
 * that verify e-mail addresses, so the API must never see it, and a token signed with it can be
 * replayed against Better Auth itself. [key:dedicated] [key:strength]
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import type { SigningKey } from "./api-token.ts";
import { authContract } from "./auth-contract.ts";
import { betterAuthSecrets, variable } from "./environment.ts";

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** RFC 7518 section 3.2: a key as long as the hash, which is 32 bytes for HS256. */
const SHORTEST_KEY = 32;

export const signingPlugins = (): BetterAuthPlugin[] => [];
export const disabledPaths: string[] = [];

export async function signingKey(_ctx: GenericEndpointContext): Promise<SigningKey> {
  return { alg: authContract.algorithm, kid: keyId(), key: secretKey() };
}

/** Refuses a missing, short or borrowed secret. Throws an Error that names the variable only. */
export async function requireSigningKey(ctx: GenericEndpointContext): Promise<void> {
  await signingKey(ctx);
}

function keyId(): string {
  const id = variable(authContract.env.keyId);
  if (id === undefined) throw new Error(`${authContract.env.keyId} is not set: name the signing key, for example 2026-01.`);
  return id;
}

function secretKey(): Uint8Array {
  const name = authContract.env.secret;
  const text = variable(name)?.replace(/=+$/, "");
  if (text === undefined) throw new Error(`${name} is not set.`);
  const bytes = Buffer.from(text, "base64url");
  if (!BASE64URL.test(text) || bytes.byteLength < SHORTEST_KEY) {
    throw new Error(`${name} must be base64url of at least ${SHORTEST_KEY} random bytes.`);
  }
  if (betterAuthSecrets().some((secret) => sameKey(secret, text, bytes))) {
    throw new Error(`${name} must not be a secret of Better Auth: generate another one.`);
  }
  return new Uint8Array(bytes);
}

/** Equal as text or as the bytes that either spelling of base64 stands for. */
function sameKey(secret: string, text: string, bytes: Buffer): boolean {
  const spellings = [Buffer.from(secret), Buffer.from(secret, "base64url"), Buffer.from(secret, "hex")];
  return spellings.some((other) => equal(other, bytes) || equal(other, Buffer.from(text)));
}

function equal(left: Buffer, right: Buffer): boolean {
  const digest = (value: Buffer) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(left), digest(right));
}
