// authpact 0.1.0 contract 7e9eae3aa670 digest be3963a51551b1b6; edit authpact.toml instead
/** What must hold before the first request: secrets, tables, a signing key. */
import type { GenericEndpointContext } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { auth } from "./auth.ts";
import { requireBetterAuthSecret, variable } from "./environment.ts";
import { requireSigningKey } from "./signing-key.ts";

/** Creates missing tables and columns. Running it again changes nothing. */
export async function migrate(): Promise<void> {
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
}

/**
 * Throws an Error that names the variable which is missing or wrong.
 *
 * AUTH_MIGRATE=manual leaves the tables alone: for deployments that run `scripts/migrate.ts`
 * once, before several servers start.
 */
export async function start(): Promise<void> {
  requireBetterAuthSecret();
  if (variable("AUTH_MIGRATE") !== "manual") await migrate();
  const context = await auth.$context;
  await requireSigningKey({ context } as unknown as GenericEndpointContext);
}
