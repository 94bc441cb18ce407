import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { contract, example } from "../contracts.ts";
import { Browser, fileScope, type Issuer, randomSecret, startIssuer } from "./issuer.ts";

const keyOf = (secret: string | undefined) => new Uint8Array(Buffer.from(secret ?? "", "base64url"));
const DATABASE = "file:./test.db";

const scopeOfFile = fileScope();

let issuer: Issuer;
before(async () => {
  issuer = await startIssuer(scopeOfFile, "test-shared-secret", contract({}), { DATABASE_URL: DATABASE });
});

async function signedUp(email: string): Promise<Browser> {
  const browser = new Browser(issuer.origin);
  assert.equal((await browser.signUp(email)).status, 200);
  return browser;
}

// token:minimal-payload
test("a session obtains a token that holds exactly what the contract says", async () => {
  const browser = await signedUp("claims@example.com");
  const token = await browser.accessToken();
  const { payload, protectedHeader } = await jwtVerify(token, keyOf(issuer.environment.API_JWT_SECRET), {
    algorithms: ["HS256"], issuer: example.issuer, audience: example.audience, typ: "at+jwt",
  });
  assert.deepEqual(protectedHeader, { alg: "HS256", typ: "at+jwt", kid: "test-1" });
  assert.deepEqual(Object.keys(payload).sort(), ["aud", "client_id", "exp", "iat", "iss", "jti", "roles", "sid", "sub"]);
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), example.lifetimeSeconds);
  assert.equal(payload.client_id, "web");
  assert.deepEqual(payload.roles, []);
  const session = (await (await browser.get("/get-session")).json()) as { session: { id: string }; user: { id: string } };
  assert.equal(payload.sub, session.user.id);
  assert.equal(payload.sid, session.session.id);
});

test("two tokens of one session differ in their id", async () => {
  const browser = await signedUp("jti@example.com");
  const [first, second] = [await browser.accessToken(), await browser.accessToken()];
  assert.notEqual(decodeJwt(first).jti, decodeJwt(second).jti);
});

// issue:not-cached
test("the answer may not be stored by any cache", async () => {
  const response = await (await signedUp("cache@example.com")).post("/api-token");
  assert.equal(response.headers.get("cache-control"), "no-store");
});

// issue:needs-session
test("without a session there is no token", async () => {
  const response = await new Browser(issuer.origin).post("/api-token");
  assert.equal(response.status, 401);
});

// issue:one-endpoint
test("a token cannot be fetched with GET", async () => {
  const response = await (await signedUp("get@example.com")).get("/api-token");
  assert.equal(response.status, 404);
});

// issue:origin-checked
test("another site cannot obtain a token with the visitor's cookie", async () => {
  const browser = await signedUp("csrf@example.com");
  const response = await browser.post("/api-token", {}, { origin: "https://evil.example" });
  assert.equal(response.status, 403);
  assert.equal(((await response.json()) as { code: string }).code, "INVALID_ORIGIN");
});

test("after sign-out there is no further token, even with the old cookie", async () => {
  const browser = await signedUp("signout@example.com");
  const old = browser.cookie;
  assert.equal((await browser.post("/sign-out")).status, 200);
  const response = await new Browser(issuer.origin).post("/api-token", {}, { cookie: old });
  assert.equal(response.status, 401);
});

// token:roles
test("nobody chooses a role at sign-up", async () => {
  const response = await new Browser(issuer.origin).signUp("role@example.com", { role: "admin" });
  assert.equal(response.status, 400);
  assert.equal(((await response.json()) as { code: string }).code, "FIELD_NOT_ALLOWED");
});

function setRole(...words: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/set-role.ts", ...words], {
    cwd: issuer.folder, env: { PATH: process.env.PATH, ...issuer.environment }, encoding: "utf8",
  });
  return { status, stderr };
}

// session:disabled-user
test("the command gives a role, the next token carries it, and a ban ends it", async () => {
  const admin = await signedUp("admin@example.com");
  const target = await signedUp("target@example.com");
  assert.equal(setRole("admin@example.com", "admin").status, 0);
  assert.deepEqual(decodeJwt(await admin.accessToken()).roles, ["admin"]);
  const userId = decodeJwt(await target.accessToken()).sub;
  assert.equal((await target.post("/admin/ban-user", { userId })).status, 403);
  assert.equal((await admin.post("/admin/ban-user", { userId })).status, 200);
  assert.equal((await target.post("/api-token")).status, 401);
  assert.equal((await target.signIn("target@example.com")).status, 403);
});

test("the command refuses a role the contract does not know, and an unknown address", async () => {
  await signedUp("known@example.com");
  assert.match(setRole("known@example.com", "owner").stderr, /not a role of the contract: owner/);
  assert.match(setRole("nobody@example.com", "admin").stderr, /no user has the address/);
  assert.equal(setRole("known@example.com").status, 2);
});

// token:impersonation
test("a token of an impersonated session names who acts", async () => {
  const admin = await signedUp("actor@example.com");
  const target = await signedUp("impersonated@example.com");
  setRole("actor@example.com", "admin");
  const actor = decodeJwt(await admin.accessToken()).sub;
  const userId = decodeJwt(await target.accessToken()).sub;
  assert.equal((await admin.post("/admin/impersonate-user", { userId })).status, 200);
  const { sub, act } = decodeJwt(await admin.accessToken());
  assert.equal(sub, userId);
  assert.deepEqual(act, { sub: actor });
});

test("the key id and the key follow the environment, so a rotation needs no new code", async (scope) => {
  const secret = randomSecret();
  const next = await startIssuer(scope, "test-rotation", contract({}), { API_JWT_SECRET: secret, API_JWT_KID: "test-2" });
  const browser = new Browser(next.origin);
  await browser.signUp("rotation@example.com");
  const token = await browser.accessToken();
  assert.equal(decodeProtectedHeader(token).kid, "test-2");
  await jwtVerify(token, keyOf(secret));
  await assert.rejects(jwtVerify(token, keyOf(issuer.environment.API_JWT_SECRET)));
});

test("one deployment may name another issuer and audience", async (scope) => {
  const names = { API_JWT_ISSUER: "https://app.example", API_JWT_AUDIENCE: "https://api.example" };
  const other = await startIssuer(scope, "test-names", contract({}), names);
  const browser = new Browser(other.origin);
  await browser.signUp("names@example.com");
  const { iss, aud } = decodeJwt(await browser.accessToken());
  assert.deepEqual([iss, aud], [names.API_JWT_ISSUER, names.API_JWT_AUDIENCE]);
});

// session:lifetime
test("no token outlives its session", async (scope) => {
  const short = await startIssuer(scope, "test-short", contract({ sessionSeconds: 60 }));
  const browser = new Browser(short.origin);
  await browser.signUp("short@example.com");
  const body = (await (await browser.post("/api-token")).json()) as { access_token: string; expires_in: number };
  const { iat = 0, exp = 0 } = decodeJwt(body.access_token);
  assert.ok(exp - iat <= 60, `${exp - iat} s`);
  assert.equal(body.expires_in, exp - iat);
});

const hexSecret = randomBytes(32);
const refusals: [string, Record<string, string>, RegExp][] = [
  ["a missing API secret", { API_JWT_SECRET: "" }, /API_JWT_SECRET is not set/],
  ["a short API secret", { API_JWT_SECRET: randomBytes(31).toString("base64url") }, /at least 32 random bytes/],
  ["a secret that is not base64url", { API_JWT_SECRET: "not a base64url text, but a long enough one" }, /base64url/],
  ["a missing key id", { API_JWT_KID: "" }, /API_JWT_KID is not set/],
  ["a missing Better Auth secret", { BETTER_AUTH_SECRET: "" }, /BETTER_AUTH_SECRET must be set/],
  ["a short Better Auth secret", { BETTER_AUTH_SECRET: "short" }, /BETTER_AUTH_SECRET must be set/],
  [
    "one secret for both, as the same text",
    { BETTER_AUTH_SECRET: hexSecret.toString("base64url"), API_JWT_SECRET: hexSecret.toString("base64url") },
    /must not be a secret of Better Auth/,
  ],
  [
    "one secret for both, as other text for the same bytes",
    { BETTER_AUTH_SECRET: hexSecret.toString("hex"), API_JWT_SECRET: hexSecret.toString("base64url") },
    /must not be a secret of Better Auth/,
  ],
  [
    "an API secret from Better Auth's older secrets",
    { BETTER_AUTH_SECRETS: `2:${randomSecret()},1:${hexSecret.toString("base64url")}`, API_JWT_SECRET: hexSecret.toString("base64url") },
    /must not be a secret of Better Auth/,
  ],
];

for (const [what, environment, message] of refusals) {
  // key:strength, key:dedicated
  test(`the server does not start with ${what}`, async (scope) => {
    await assert.rejects(startIssuer(scope, "test-refusal", contract({}), environment), (error: Error) => {
      assert.match(error.message, message);
      for (const secret of Object.values(environment).filter((value) => value.length > 20)) {
        assert.ok(!error.message.includes(secret), "the secret is in the message");
      }
      return true;
    });
  });
}
