// authpact 0.1.0 contract 7e9eae3aa670 digest 65bcdd03c679fdd5; edit authpact.toml instead
/**
 * DATABASE_URL: nothing or `file:./auth.db` is a SQLite file of Node itself, `postgres://…` a
 * PostgreSQL server.
 */
import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import { isBuilding, variable } from "./environment.ts";

const DEFAULT_FILE = "./auth.db";
const OPENED = Symbol.for("auth-database");

type Database = DatabaseSync | Pool;

/**
 * Next.js loads this module once for each of its bundles, and again after every edit: they share
 * one connection through the global object.
 */
const shared = globalThis as typeof globalThis & { [OPENED]?: Database };

/** Throws an Error for any other kind of URL, without repeating it: it may hold a password. */
export function openDatabase(): Database {
  shared[OPENED] ??= open();
  return shared[OPENED];
}

function open(): Database {
  if (isBuilding()) return new DatabaseSync(":memory:");
  const url = variable("DATABASE_URL") ?? `file:${DEFAULT_FILE}`;
  if (/^postgres(ql)?:\/\//.test(url)) return new Pool({ connectionString: url });
  if (url.startsWith("file:")) return openFile(url.slice("file:".length));
  throw new Error("DATABASE_URL must start with file: or postgres://");
}

function openFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  // Readers do not wait for a writer, and a writer waits for its turn instead of failing.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;");
  return database;
}
