import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from "jose";
import { contract, example } from "../contracts.ts";
import { Browser, type Issuer, type Scope, startIssuer } from "./issuer.ts";
import { reply, startTarget, type Target } from "./target.ts";

const PATH = "/auth/backchannel-logout";
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

let api: Target;
let status = 200;
before(async () => {
  api = await startTarget((_seen, response) => reply(response, status, {}));
});
after(() => api.stop());

/** The messages that arrived since the last call. Sign-out may answer before they are delivered. */
async function messages(atLeast: number): Promise<string[]> {
  const deadline = Date.now() + 2_000;
  while (api.seen.length < atLeast && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  const arrived = api.seen.splice(0);
  assert.ok(arrived.every((seen) => seen.method === "POST" && seen.path === PATH));
  return arrived.map((seen) => new URLSearchParams(seen.body).get("logout_token") ?? "");
}

async function start(scope: Scope, name: string, mode: "shared-secret" | "jwks", environment: Record<string, string> = {}): Promise<Issuer> {
  const changes = contract({ mode, revocation: { mode: "backchannel", path: PATH } });
  return startIssuer(scope, name, changes, { NEXT_PUBLIC_API_URL: api.url, ...environment });
}

async function verified(issuer: Issuer, mode: string, token: string): Promise<JWTPayload> {
  const options = { issuer: example.issuer, audience: example.audience, typ: "logout+jwt" };
  const shared = new Uint8Array(Buffer.from(issuer.environment.API_JWT_SECRET ?? "", "base64url"));
  if (mode === "shared-secret") return (await jwtVerify(token, shared, options)).payload;
  return (await jwtVerify(token, createRemoteJWKSet(new URL(`${issuer.origin}/api/auth/jwks`)), options)).payload;
}

for (const mode of ["shared-secret", "jwks"] as const) {
  test(`${mode}: sign-out tells the API which session has ended`, async (scope) => {
    const issuer = await start(scope, `test-backchannel-${mode}`, mode);
    const browser = new Browser(issuer.origin);
    await browser.signUp("out@example.com");
    const access = decodeJwt(await browser.accessToken());
    await browser.post("/sign-out");
    const [token = "", ...others] = await messages(1);
    const payload = await verified(issuer, mode, token);
    assert.deepEqual(others, []);
    assert.deepEqual([payload.sid, payload.sub], [access.sid, access.sub]);
    assert.deepEqual(payload.events, { [EVENT]: {} });
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 120);
    assert.equal(typeof payload.jti, "string");
  });
}

test("a revoked session, a changed password, a ban and a removed user are told too", async (scope) => {
  const issuer = await start(scope, "test-backchannel-all", "shared-secret", { DATABASE_URL: "file:./test.db" });
  const [here, there, admin] = [new Browser(issuer.origin), new Browser(issuer.origin), new Browser(issuer.origin)];
  await here.signUp("user@example.com");
  await admin.signUp("admin@example.com");
  spawnSync(process.execPath, ["scripts/set-role.ts", "admin@example.com", "admin"], {
    cwd: issuer.folder, env: { PATH: process.env.PATH, ...issuer.environment },
  });
  const sub = decodeJwt(await here.accessToken()).sub;
  const sids = async () => (await messages(1)).map((token) => decodeJwt(token).sid);
  const signedInThere = async () => {
    await there.signIn("user@example.com");
    return decodeJwt(await there.accessToken()).sid;
  };

  let sid = await signedInThere();
  await here.post("/revoke-other-sessions");
  assert.deepEqual(await sids(), [sid]);

  sid = await signedInThere();
  const before = decodeJwt(await here.accessToken()).sid;
  const passwords = { currentPassword: "correct horse battery", newPassword: "battery horse correct" };
  await here.post("/change-password", { ...passwords, revokeOtherSessions: true });
  assert.deepEqual((await sids()).sort(), [before, sid].sort());

  sid = decodeJwt(await here.accessToken()).sid;
  await admin.post("/admin/ban-user", { userId: sub });
  assert.deepEqual(await sids(), [sid]);

  await admin.post("/admin/unban-user", { userId: sub });
  await here.post("/sign-in/email", { email: "user@example.com", password: passwords.newPassword });
  sid = decodeJwt(await here.accessToken()).sid;
  await admin.post("/admin/remove-user", { userId: sub });
  assert.deepEqual(await sids(), [sid]);
});

test("sign-out works while the API refuses the message", async (scope) => {
  const issuer = await start(scope, "test-backchannel-down", "shared-secret");
  const browser = new Browser(issuer.origin);
  await browser.signUp("down@example.com");
  status = 503;
  const response = await browser.post("/sign-out");
  status = 200;
  assert.equal(response.status, 200);
  assert.equal((await messages(3)).length, 3);
});
