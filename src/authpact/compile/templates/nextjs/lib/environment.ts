/** What the server reads from its environment. Never import this from a client component. */
import { authContract } from "./auth-contract.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const SHORTEST_SECRET = 32;
/** Better Auth falls back to this public value without a word when nothing is set. */
const PUBLIC_DEFAULT = "better-auth-secret-12345678901234567890";

/** A variable that is set to nothing counts as not set: `.env` files often carry `NAME=`. */
export function variable(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === undefined || value === "" ? undefined : value;
}

/** `next build` loads the server's modules, in several processes, and without any secret. */
export function isBuilding(): boolean {
  return process.env.NEXT_PHASE === "phase-production-build";
}

export function issuer(): string {
  return variable(authContract.env.issuer) ?? authContract.issuer;
}

export function audience(): string {
  return variable(authContract.env.audience) ?? authContract.audience;
}

/**
 * The one origin Better Auth answers for. It is always pinned: without it Better Auth believes the
 * Host header of each request. [issue:fixed-identity]
 */
export function authOrigin(): string {
  const configured = variable("BETTER_AUTH_URL") ?? authContract.origins[0];
  if (configured === undefined) throw new Error("Set BETTER_AUTH_URL to the origin of this application.");
  return new URL(configured).origin;
}

/** The contract's origins; those of a developer's machine only while this server is on one. */
export function trustedOrigins(): string[] {
  const local = isLoopback(authOrigin());
  return authContract.origins.filter((origin) => local || !isLoopback(origin));
}

function isLoopback(origin: string): boolean {
  return LOOPBACK.has(new URL(origin).hostname);
}

/** Every secret Better Auth itself would use, in the clear. */
export function betterAuthSecrets(): string[] {
  const versioned = (variable("BETTER_AUTH_SECRETS") ?? "")
    .split(",")
    .map((entry) => entry.slice(entry.indexOf(":") + 1).trim());
  return [variable("BETTER_AUTH_SECRET"), variable("AUTH_SECRET"), ...versioned].filter(
    (secret): secret is string => secret !== undefined && secret !== "",
  );
}

/** Better Auth picks its secret from the environment; a build gets one that nothing else knows. */
export function secretOption(): { secret?: string } {
  return isBuilding() ? { secret: `${crypto.randomUUID()}${crypto.randomUUID()}` } : {};
}

/** Refuses to start without a secret of its own. Throws an Error that names the variable only. */
export function requireBetterAuthSecret(): void {
  const [secret] = betterAuthSecrets();
  if (secret === undefined || secret === PUBLIC_DEFAULT || secret.length < SHORTEST_SECRET) {
    throw new Error(
      `BETTER_AUTH_SECRET must be set to at least ${SHORTEST_SECRET} random characters: openssl rand -base64 32`,
    );
  }
}
