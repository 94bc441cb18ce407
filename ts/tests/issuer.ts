/** Starts the emitted `scripts/issuer.ts` as its own process, and speaks to it as a browser does. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after } from "node:test";
import type { AuthContract } from "../../src/authpact/compile/templates/nextjs/lib/contract-type.ts";
import { writeTree } from "../tree.ts";

export type Issuer = {
  readonly origin: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
};

export const randomSecret = (): string => randomBytes(32).toString("base64url");

export function secrets(): Record<string, string> {
  return {
    BETTER_AUTH_SECRET: randomSecret(),
    API_JWT_SECRET: randomSecret(),
    API_JWT_KID: "test-1",
    DATABASE_URL: "file::memory:",
    PORT: "0",
  };
}

function launch(folder: string, environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ["scripts/issuer.ts"], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Resolves to the origin, or rejects with what the process wrote to standard error. */
async function listening(child: ChildProcess): Promise<string> {
  let complaint = "";
  child.stderr?.on("data", (data: Buffer) => {
    complaint += data.toString();
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const failed = once(child, "close").then(() => {
    throw new Error(complaint);
  });
  const [line] = await Promise.race([once(lines, "line"), failed]);
  return (JSON.parse(line as string) as { listening: string }).listening;
}

/** What ends with a test, or with a file of tests, however it goes. */
export type Scope = { readonly after: (end: () => Promise<void>) => void };

/** The scope of a whole file. Call it while the file loads: a hook's own `after` ends with the hook. */
export function fileScope(): Scope {
  const ends: (() => Promise<void>)[] = [];
  after(() => Promise.all(ends.map((end) => end())));
  return { after: (end) => ends.push(end) };
}

/** Each test names its own folder: `node --test` runs the files at the same time. */
export async function startIssuer(
  scope: Scope,
  name: string,
  contract: AuthContract,
  changes: Record<string, string> = {},
): Promise<Issuer> {
  const folder = writeTree(name, contract);
  const environment = { ...secrets(), ...changes };
  const child = launch(folder, environment);
  const closed = once(child, "close");
  const stop = async () => {
    child.kill("SIGTERM");
    await closed;
  };
  scope.after(stop);
  const origin = await listening(child);
  return { origin, folder, environment, stop };
}

/** One browser: its cookies, and an Origin header on everything it posts. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async get(path: string): Promise<Response> {
    return this.#send(path, { headers: { cookie: this.cookie } });
  }

  async post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Response> {
    const all = { cookie: this.cookie, origin: this.#origin, "content-type": "application/json", ...headers };
    return this.#send(path, { method: "POST", body: JSON.stringify(body), headers: all });
  }

  async signUp(email: string, extra: Record<string, unknown> = {}): Promise<Response> {
    return this.post("/sign-up/email", { name: "Ada", email, password: "correct horse battery", ...extra });
  }

  async signIn(email: string): Promise<Response> {
    return this.post("/sign-in/email", { email, password: "correct horse battery" });
  }

  async accessToken(): Promise<string> {
    const response = await this.post("/api-token");
    if (!response.ok) throw new Error(`no token: ${response.status}`);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${this.#origin}/api/auth${path}`, init);
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
}
