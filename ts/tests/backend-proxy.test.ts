import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { decodeJwt } from "jose";
import { contract } from "../contracts.ts";
import { writeTree } from "../tree.ts";
import { secrets } from "./issuer.ts";
import type { Auth, BackendProxy, Startup } from "./modules.ts";
import { bearerOf, guarded, reply, type Rule, startTarget, type Target } from "./target.ts";

const SITE = "http://localhost:3000";
const secret = () => process.env.API_JWT_SECRET;

let api: Target;
let rule: Rule;
let passOn: BackendProxy["passOn"];
let auth: Auth["auth"];

before(async () => {
  api = await startTarget((seen, response) => rule(seen, response));
  Object.assign(process.env, secrets(), { NEXT_PUBLIC_API_URL: `${api.url}/v1`, BETTER_AUTH_URL: SITE });
  const folder = writeTree("test-backend", contract({ storage: "cookie" }));
  const load = (name: string): Promise<unknown> => import(join(folder, "lib", name));
  await ((await load("startup.ts")) as Startup).start();
  ({ auth } = (await load("auth.ts")) as Auth);
  ({ passOn } = (await load("backend-proxy.ts")) as BackendProxy);
});
after(() => api.stop());
beforeEach(() => {
  rule = guarded(secret);
  api.seen.length = 0;
});

const cookiesOf = (response: Response): string => response.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");

async function post(path: string, body: unknown, cookie = ""): Promise<Response> {
  const headers = { "content-type": "application/json", origin: SITE, cookie };
  return auth.handler(new Request(`${SITE}/api/auth${path}`, { method: "POST", body: JSON.stringify(body), headers }));
}

async function session(email: string): Promise<string> {
  return cookiesOf(await post("/sign-up/email", { name: "Ada", email, password: "correct horse battery" }));
}

function call(path: string, cookie: string, init: RequestInit = {}): Promise<Response> {
  return passOn(new Request(`${SITE}/api/backend${path}`, { ...init, headers: { cookie, ...init.headers } }));
}

test("a call reaches the API with a token, and the browser gets it only as an HttpOnly cookie", async () => {
  const response = await call("/api/x/tasks?page=2", await session("call@example.com"));
  assert.equal(response.status, 200);
  const [seen] = api.seen;
  assert.equal(seen?.path, "/v1/api/x/tasks?page=2");
  const [line = ""] = response.headers.getSetCookie();
  assert.match(line, /^api-token=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=900$/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.ok(!(await response.text()).includes(bearerOf(seen!)));
});

test("neither side's cookies pass", async () => {
  const response = await call("/x", `${await session("cookies@example.com")}; other=1`);
  assert.equal(api.seen[0]?.headers.cookie, undefined);
  assert.ok(response.headers.getSetCookie().every((line) => !line.startsWith("planted=")));
});

test("the cookie's token serves the next call", async () => {
  const cookie = await session("again@example.com");
  const first = await call("/x", cookie);
  const second = await call("/x", `${cookie}; ${cookiesOf(first)}`);
  assert.deepEqual(second.headers.getSetCookie(), []);
  assert.equal(bearerOf(api.seen[0]!), bearerOf(api.seen[1]!));
});

test("a token of another person's session is not used", async () => {
  const first = cookiesOf(await call("/x", await session("first@example.com")));
  const second = await session("second@example.com");
  await call("/x", `${second}; ${first}`);
  const [one, two] = api.seen.map((seen) => decodeJwt(bearerOf(seen)).sub);
  assert.notEqual(one, two);
});

test("after sign-out the cookie's token opens nothing", async () => {
  const cookie = await session("signed-out@example.com");
  const token = cookiesOf(await call("/x", cookie));
  await post("/sign-out", {}, cookie);
  const response = await call("/x", `${cookie}; ${token}`);
  assert.equal(response.status, 401);
  assert.match(response.headers.getSetCookie().join(), /^api-token=; .*Max-Age=0/);
  assert.equal(api.seen.length, 1);
});

// browser:csrf
test("a change must come from this site", async () => {
  const cookie = await session("csrf@example.com");
  for (const headers of [{}, { origin: "https://evil.example" }, { origin: "null" }] as Record<string, string>[]) {
    const response = await call("/x", cookie, { method: "POST", body: "{}", headers });
    assert.equal(response.status, 403);
  }
  assert.equal(api.seen.length, 0);
  const allowed = await call("/x", cookie, { method: "POST", body: '{"a":1}', headers: { origin: SITE, "content-type": "application/json" } });
  assert.equal(allowed.status, 200);
  assert.equal(api.seen[0]?.body, '{"a":1}');
});

const outside = ["//evil.example/x", "/%2e%2e/admin", "/a/%2F/b", "/a%5cb", "/\\evil.example", "", "/", "/@evil.example//x", "/a%00", "/%252e%252e/x"];
for (const path of outside) {
  test(`the path ${JSON.stringify(path)} leads nowhere`, async () => {
    const response = await call(path, await session(`p${outside.indexOf(path)}@example.com`));
    assert.equal(response.status, 404);
    assert.equal(api.seen.length, 0);
  });
}

test("a path cannot name another host", async () => {
  await call("/@evil.example/x", await session("host@example.com"));
  assert.equal(api.seen[0]?.path, "/v1/@evil.example/x");
});

test("an encoded letter passes unchanged", async () => {
  await call("/caf%C3%A9%20au%20lait", await session("encoded@example.com"));
  assert.equal(api.seen[0]?.path, "/v1/caf%C3%A9%20au%20lait");
});

test("an expired token is replaced once, and the new one is kept", async () => {
  const refused = new Set<string>();
  rule = (seen, response) => {
    if (refused.size === 0) refused.add(bearerOf(seen));
    if (refused.has(bearerOf(seen))) return reply(response, 401, { detail: "expired", code: "token_expired" });
    return guarded(secret)(seen, response);
  };
  const response = await call("/x", await session("expired@example.com"));
  assert.equal(response.status, 200);
  assert.match(cookiesOf(response), new RegExp(bearerOf(api.seen[1]!)));
});

test("the API's refusals arrive as they are", async () => {
  rule = (_seen, response) => reply(response, 404, { detail: "Not found", code: "not_found" });
  const response = await call("/x", await session("refusal@example.com"));
  assert.equal(response.status, 404);
  assert.deepEqual(await response.json(), { detail: "Not found", code: "not_found" });
});

test("a redirect of the API is not followed and not passed on", async () => {
  rule = (_seen, response) => void response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  const response = await call("/x", await session("redirect@example.com"));
  assert.equal(response.status, 502);
  assert.equal(response.headers.get("location"), null);
});

test("a body over one mebibyte is refused before it is sent", async () => {
  const cookie = await session("large@example.com");
  const response = await call("/x", cookie, { method: "PUT", body: "x".repeat(1_048_577), headers: { origin: SITE } });
  assert.equal(response.status, 413);
  assert.equal(api.seen.length, 0);
});
