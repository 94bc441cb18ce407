import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { contract } from "../contracts.ts";
import { writeTree } from "../tree.ts";
import { Browser, fileScope, type Issuer, startIssuer } from "./issuer.ts";
import type { ApiClient, ApiErrors, BearerTransport, MemoryStore, StorageStore, TokenStore } from "./modules.ts";
import { bearerOf, guarded, reply, type Rule, startTarget, type Target } from "./target.ts";

type Changes = { reissue?: "none"; store?: TokenStore };

const scopeOfFile = fileScope();

let issuer: Issuer;
let modules: ApiClient & ApiErrors & BearerTransport & MemoryStore;
let storageStore: StorageStore["storageStore"];

before(async () => {
  issuer = await startIssuer(scopeOfFile, "test-api-client", contract({}));
  const load = (name: string) => import(join(issuer.folder, "lib", name));
  modules = { ...(await load("api-errors.ts")), ...(await load("token-store.ts")), ...(await load("api-transport.ts")), ...(await load("api-client.ts")) };
  const other = writeTree("test-api-client-storage", contract({ storage: "storage" }));
  ({ storageStore } = await import(join(other, "lib/token-store.ts")));
});

/** A page of one signed-in person: the emitted client, real HTTP, and a count of issued tokens. */
async function page(api: Target | string, name: string, changes: Changes = {}) {
  const browser = new Browser(issuer.origin);
  await browser.signUp(`${name}@example.com`);
  const issued: Response[] = [];
  const issueUrl = `${issuer.origin}/api/auth/api-token`;
  const transport = modules.bearerTransport({
    apiUrl: typeof api === "string" ? api : api.url,
    issueUrl,
    reissue: changes.reissue ?? "silent",
    store: changes.store ?? modules.memoryStore(),
    fetch: async (url, init) => {
      if (url !== issueUrl) return fetch(url, init);
      const response = await browser.post("/api-token");
      issued.push(response);
      return response;
    },
  });
  return { browser, issued, transport, client: modules.createApiClient(transport) };
}

const secret = () => issuer.environment.API_JWT_SECRET;

async function withTarget(rule: Rule, use: (target: Target) => Promise<void>): Promise<void> {
  const target = await startTarget(rule);
  try {
    await use(target);
  } finally {
    await target.stop();
  }
}

test("a call carries a token the API accepts, and one token serves many calls", async () => {
  await withTarget(guarded(secret), async (target) => {
    const { client, issued } = await page(target, "many");
    const first = (await client.get("/tasks")) as { sub: string };
    await client.post("/tasks", { title: "a" });
    assert.equal(typeof first.sub, "string");
    assert.equal(issued.length, 1);
    assert.equal(target.seen[1]?.body, '{"title":"a"}');
    assert.equal(target.seen[0]?.headers.cookie, undefined);
  });
});

test("calls at the same time wait for one token", async () => {
  await withTarget(guarded(secret), async (target) => {
    const { client, issued } = await page(target, "flight");
    await Promise.all(Array.from({ length: 6 }, () => client.get("/tasks")));
    assert.equal(issued.length, 1);
  });
});

// session:reissue
test("an expired token is replaced once, and the call is repeated with the new one", async () => {
  const expireOnce = new Set<string>();
  const rule: Rule = (seen, response) => {
    if (expireOnce.size === 0) expireOnce.add(bearerOf(seen));
    if (expireOnce.has(bearerOf(seen))) return reply(response, 401, { detail: "expired", code: "token_expired" });
    return guarded(secret)(seen, response);
  };
  await withTarget(rule, async (target) => {
    const { client, issued } = await page(target, "expired");
    await client.post("/tasks", { title: "kept" });
    assert.equal(issued.length, 2);
    assert.deepEqual(target.seen.map((seen) => seen.body), ['{"title":"kept"}', '{"title":"kept"}']);
    assert.notEqual(bearerOf(target.seen[0]!), bearerOf(target.seen[1]!));
  });
});

test("an API that calls every token expired is asked twice, not for ever", async () => {
  const future = () => new Date(Date.now() + 3_600_000);
  await withTarget(guarded(secret, future), async (target) => {
    const store = modules.memoryStore();
    const { client } = await page(target, "loop", { store });
    await assert.rejects(client.get("/tasks"), modules.SignedOut);
    assert.equal(target.seen.length, 2);
    assert.equal(store.read(), null);
  });
});

test("without silent re-issue an expired token ends the sign-in", async () => {
  const future = () => new Date(Date.now() + 3_600_000);
  await withTarget(guarded(secret, future), async (target) => {
    const { client, issued } = await page(target, "none", { reissue: "none" });
    await assert.rejects(client.get("/tasks"), modules.SignedOut);
    assert.deepEqual([target.seen.length, issued.length], [1, 1]);
  });
});

test("any other 401 ends the sign-in without a second try", async () => {
  await withTarget(guarded(() => "AAAA"), async (target) => {
    const { client, issued } = await page(target, "invalid");
    await assert.rejects(client.get("/tasks"), (error: unknown) => {
      assert.ok(error instanceof modules.SignedOut);
      assert.equal(error.code, "token_invalid");
      return true;
    });
    assert.deepEqual([target.seen.length, issued.length], [1, 1]);
  });
});

test("without a session the caller is signed out, and the API is not called", async () => {
  await withTarget(guarded(secret), async (target) => {
    const { client, browser } = await page(target, "over");
    await browser.post("/sign-out");
    await assert.rejects(client.get("/tasks"), modules.SignedOut);
    assert.equal(target.seen.length, 0);
  });
});

test("after the session changed the old token is not used again", async () => {
  await withTarget(guarded(secret), async (target) => {
    const { client, transport, browser } = await page(target, "change-one");
    const first = (await client.get("/me")) as { sub: string };
    await browser.post("/sign-out");
    await browser.signUp("change-two@example.com");
    transport.forget();
    const second = (await client.get("/me")) as { sub: string };
    assert.notEqual(first.sub, second.sub);
  });
});

test("a token that was under way when the session changed is not kept", async () => {
  await withTarget(guarded(secret), async (target) => {
    const store = modules.memoryStore();
    const { client, transport } = await page(target, "under-way", { store });
    const call = client.get("/me");
    transport.forget();
    await call;
    assert.equal(store.read(), null);
  });
});

const statuses = [
  [403, "Forbidden"], [404, "NotFound"], [422, "Rejected"], [429, "Unavailable"], [500, "Unavailable"], [503, "Unavailable"],
] as const;
for (const [status, name] of statuses) {
  test(`${status} becomes ${name}, with the API's code`, async () => {
    await withTarget((_seen, response) => reply(response, status, { detail: "because", code: "some_code" }), async (target) => {
      const { client } = await page(target, `status-${status}`);
      await assert.rejects(client.get("/x"), (error: unknown) => {
        assert.ok(error instanceof modules[name]);
        assert.deepEqual([error.message, error.status, error.code], ["because", status, "some_code"]);
        return true;
      });
    });
  });
}

test("an API that does not answer is unavailable", async () => {
  const target = await startTarget(() => {});
  await target.stop();
  const { client } = await page(target, "down");
  await assert.rejects(client.get("/x"), modules.Unavailable);
});

test("no path takes the token to another host", async () => {
  await withTarget(guarded(secret), async (elsewhere) => {
    const { client, issued } = await page("http://127.0.0.1:9", "leak");
    for (const path of [elsewhere.url, elsewhere.url.replace("http:", ""), elsewhere.url.replace("http://", "/\\")]) {
      await assert.rejects(client.get(path), /leaves the API/);
    }
    assert.deepEqual([elsewhere.seen.length, issued.length], [0, 0]);
  });
});

test("a redirect is not followed with the token", async () => {
  await withTarget(guarded(secret), async (elsewhere) => {
    const away: Rule = (_seen, response) => void response.writeHead(307, { location: elsewhere.url }).end();
    await withTarget(away, async (target) => {
      const { client } = await page(target, "redirect");
      await assert.rejects(client.get("/x"), modules.Unavailable);
      assert.equal(elsewhere.seen.length, 0);
    });
  });
});

test("no error and no log line contains the token", async (context) => {
  const lines: unknown[] = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    context.mock.method(console, level, (...words: unknown[]) => lines.push(...words));
  }
  await withTarget(guarded(() => "AAAA"), async (target) => {
    const { client } = await page(target, "quiet");
    const error = await client.get("/x").catch((caught: unknown) => caught as Error);
    const text = [String(error), (error as Error).stack, JSON.stringify(error), ...lines.map(String)].join("\n");
    assert.ok(!text.includes(bearerOf(target.seen[0]!)));
  });
});

function fakeStorage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
    get length() {
      return items.size;
    },
  };
}

// browser:storage
test("the storage variant finds its token after a reload, and forgets it on sign-out", async () => {
  await withTarget(guarded(secret), async (target) => {
    const storage = fakeStorage();
    const { client, transport, issued } = await page(target, "storage", { store: storageStore(storage) });
    await client.get("/x");
    assert.equal(storageStore(storage).read()?.value, bearerOf(target.seen[0]!));
    assert.equal(issued.length, 1);
    transport.forget();
    assert.equal(storage.length, 0);
    storage.setItem("todo.api-token", "not json");
    assert.equal(storageStore(storage).read(), null);
  });
});
