import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { before, test } from "node:test";
import { decodeJwt } from "jose";
import { contract, example } from "../contracts.ts";
import { writeTree } from "../tree.ts";
import { Browser, startIssuer } from "./issuer.ts";
import type { ApiToken } from "./modules.ts";

let modules: ApiToken;
before(async () => {
  const folder = writeTree("test-api-token", contract({}));
  modules = (await import(join(folder, "lib/api-token.ts"))) as ApiToken;
});

function sign(claims: Record<string, unknown>): Promise<{ token: string }> {
  const options = {
    issuer: () => example.issuer,
    audience: () => example.audience,
    clientId: "web",
    tokenType: "at+jwt",
    lifetimeSeconds: 900,
    signingKey: () => Promise.reject(new Error("not used")),
    claims: () => claims,
  };
  const key = { alg: "HS256", kid: "test", key: new Uint8Array(randomBytes(32)) };
  const session = { id: "session", expiresAt: new Date(Date.now() + 3_600_000) };
  return modules.signAccessToken(options, key, { user: { id: "ada" }, session });
}

test("further claims are added", async () => {
  const { token } = await sign({ tenant: "blue" });
  assert.equal(decodeJwt(token).tenant, "blue");
});

for (const name of ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "sid", "act"]) {
  // issue:reserved-claims
  test(`a further claim cannot take the place of ${name}`, async () => {
    await assert.rejects(sign({ [name]: "mine" }), new RegExp(`reserved: ${name}$`));
  });
}

// issue:fixed-identity
test("a deployed server does not trust the developer's origin, nor a Host header", async (scope) => {
  const issuer = await startIssuer(scope, "test-deployed", contract({}), { BETTER_AUTH_URL: "https://app.example" });
  const browser = new Browser(issuer.origin);
  const local = await browser.post("/sign-up/email", { name: "A", email: "a@example.com", password: "correct horse" }, { origin: "http://localhost:3000" });
  const own = await browser.post("/sign-up/email", { name: "A", email: "a@example.com", password: "correct horse" }, { origin: "https://app.example" });
  const token = await browser.post("/api-token", {}, { origin: "https://app.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" });
  const { iss, aud } = decodeJwt(((await token.json()) as { access_token: string }).access_token);
  assert.deepEqual([local.status, own.status], [403, 200]);
  assert.match(browser.cookie, /__Secure-better-auth\.session_token=/);
  assert.deepEqual([iss, aud], [example.issuer, example.audience]);
});

// issue:rate-limited
test("one address obtains at most 120 tokens a minute in production", async (scope) => {
  const issuer = await startIssuer(scope, "test-rate", contract({}), { NODE_ENV: "production" });
  const browser = new Browser(issuer.origin);
  await browser.signUp("rate@example.com");
  const statuses: number[] = [];
  for (let count = 0; count < 121; count += 1) statuses.push((await browser.post("/api-token")).status);
  assert.deepEqual([statuses[119], statuses[120]], [200, 429]);
});
