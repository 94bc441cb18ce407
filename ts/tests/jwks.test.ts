import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { contract, example } from "../contracts.ts";
import { Browser, type Issuer, randomSecret, startIssuer } from "./issuer.ts";

const ALGORITHMS = ["EdDSA", "ES256", "RS256", "PS256"] as const;

async function keys(issuer: Issuer): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${issuer.origin}/api/auth/jwks`);
  return ((await response.json()) as { keys: Record<string, unknown>[] }).keys;
}

for (const algorithm of ALGORITHMS) {
  test(`${algorithm}: the token verifies against the published key set`, async (scope) => {
    const issuer = await startIssuer(scope, `test-jwks-${algorithm}`, contract({ mode: "jwks", algorithm }));
    const browser = new Browser(issuer.origin);
    await browser.signUp("jwks@example.com");
    const keySet = createRemoteJWKSet(new URL(`${issuer.origin}/api/auth/jwks`));
    const { payload, protectedHeader } = await jwtVerify(await browser.accessToken(), keySet, {
      algorithms: [algorithm], issuer: example.issuer, audience: example.audience, typ: "at+jwt",
    });
    const published = await keys(issuer);
    const pluginToken = await browser.get("/token");
    const session = await browser.get("/get-session");
    assert.deepEqual(Object.keys(protectedHeader).sort(), ["alg", "kid", "typ"]);
    assert.deepEqual(Object.keys(payload).sort(), ["aud", "client_id", "exp", "iat", "iss", "jti", "roles", "sid", "sub"]);
    assert.ok(published.every((key) => !("d" in key) && !("k" in key)), "only public keys are published");
    assert.equal(pluginToken.status, 404, "the plugin's own endpoint is closed");
    assert.equal(session.headers.get("set-auth-jwt"), null);
  });
}

test("first requests that race share one key pair", async (scope) => {
  const issuer = await startIssuer(scope, "test-jwks-race", contract({ mode: "jwks" }));
  const browser = new Browser(issuer.origin);
  await browser.signUp("race@example.com");
  await Promise.all(Array.from({ length: 8 }, () => browser.accessToken()));
  const published = await keys(issuer);
  assert.equal(published.length, 1);
});

test("a changed algorithm takes effect, and the old public key stays published", async (scope) => {
  const folder = mkdtempSync(join(tmpdir(), "jwks-"));
  scope.after(() => rmSync(folder, { recursive: true }));
  const environment = { DATABASE_URL: `file:${folder}/auth.db`, BETTER_AUTH_SECRET: randomSecret() };
  const first = await startIssuer(scope, "test-jwks-change", contract({ mode: "jwks", algorithm: "EdDSA" }), environment);
  await first.stop();
  const second = await startIssuer(scope, "test-jwks-change", contract({ mode: "jwks", algorithm: "ES256" }), environment);
  const browser = new Browser(second.origin);
  await browser.signUp("change@example.com");
  const token = await browser.accessToken();
  const published = await keys(second);
  assert.equal(decodeProtectedHeader(token).alg, "ES256");
  assert.deepEqual(published.map((key) => key.alg).sort(), ["ES256", "EdDSA"]);
});
