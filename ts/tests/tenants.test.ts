/** tenant:claim, against the real organization plugin: who is named, and who no longer. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { before, test } from "node:test";
import { decodeJwt } from "jose";
import { contract, example } from "../contracts.ts";
import { writeTree } from "../tree.ts";
import { Browser, fileScope, startIssuer, type Issuer } from "./issuer.ts";
import type { ApiToken, AuthClient, AuthClientWithTenants } from "./modules.ts";

const scope = fileScope();
let issuer: Issuer;
before(async () => {
  issuer = await startIssuer(scope, "test-tenants", contract({ tenantClaim: "org_id" }));
});

let people = 0;

async function somebody(): Promise<{ browser: Browser; email: string }> {
  people += 1;
  const browser = new Browser(issuer.origin);
  const email = `member-${people}@example.com`;
  await browser.signUp(email);
  return { browser, email };
}

async function answered<T>(response: Response): Promise<T> {
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as T;
}

async function founded(browser: Browser, slug: string): Promise<string> {
  const { id } = await answered<{ id: string }>(await browser.post("/organization/create", { name: slug, slug }));
  return id;
}

/** Somebody who has an organization of their own, and is let into one more. */
async function joined(host: Browser, organizationId: string): Promise<{ browser: Browser; email: string; memberId: string }> {
  const { browser, email } = await somebody();
  await founded(browser, `home-${people}`);
  const invitation = await answered<{ id: string }>(await host.post("/organization/invite-member", { organizationId, email, role: "member" }));
  const { member } = await answered<{ member: { id: string } }>(await browser.post("/organization/accept-invitation", { invitationId: invitation.id }));
  return { browser, email, memberId: member.id };
}

const named = async (browser: Browser): Promise<unknown> => decodeJwt(await browser.accessToken()).org_id;

async function activeInSession(browser: Browser): Promise<unknown> {
  const { session } = await answered<{ session: { activeOrganizationId: unknown } }>(await browser.get("/get-session"));
  return session.activeOrganizationId;
}

test("a user without an organization gets a token that names none", async () => {
  const { browser } = await somebody();
  assert.equal("org_id" in decodeJwt(await browser.accessToken()), false);
});

test("the token names the organization that is active in the session", async () => {
  const { browser } = await somebody();
  const id = await founded(browser, "blue");
  assert.equal(await named(browser), id);
});

test("a user of two organizations switches, and each session has its own", async () => {
  const { browser, email } = await somebody();
  const first = await founded(browser, "first");
  const second = await founded(browser, "second");
  const phone = new Browser(issuer.origin);
  await phone.signIn(email);
  assert.equal(await named(phone), undefined);
  await answered(await phone.post("/organization/set-active", { organizationId: first }));
  assert.deepEqual([await named(browser), await named(phone)], [second, first]);
  await answered(await phone.post("/organization/set-active", { organizationId: second }));
  assert.equal(await named(phone), second);
  await answered(await phone.post("/organization/set-active", { organizationId: null }));
  assert.equal(await named(phone), undefined);
});

test("a member who was removed by somebody else gets no organization, though the session keeps it", async () => {
  const { browser: host } = await somebody();
  const id = await founded(host, "green");
  const guest = await joined(host, id);
  assert.equal(await named(guest.browser), id);
  await answered(await host.post("/organization/remove-member", { organizationId: id, memberIdOrEmail: guest.memberId }));
  assert.equal(await activeInSession(guest.browser), id);
  assert.equal(await named(guest.browser), undefined);
  assert.equal(await named(host), id);
});

test("after a member left on one device, the session of another device gets no organization", async () => {
  const { browser: host } = await somebody();
  const id = await founded(host, "grey");
  const guest = await joined(host, id);
  const phone = new Browser(issuer.origin);
  await phone.signIn(guest.email);
  await answered(await phone.post("/organization/set-active", { organizationId: id }));
  assert.equal(await named(phone), id);
  await answered(await guest.browser.post("/organization/leave", { organizationId: id }));
  assert.deepEqual([await activeInSession(guest.browser), await activeInSession(phone)], [null, id]);
  assert.deepEqual([await named(guest.browser), await named(phone)], [undefined, undefined]);
});

test("nobody is given a token for a deleted organization", async () => {
  const { browser: host } = await somebody();
  const id = await founded(host, "brown");
  const guest = await joined(host, id);
  await answered(await host.post("/organization/delete", { organizationId: id }));
  assert.equal(await activeInSession(guest.browser), id);
  assert.deepEqual([await named(host), await named(guest.browser)], [undefined, undefined]);
});

test("a stranger can neither take up an organization nor name one at sign-in", async () => {
  const { browser: host } = await somebody();
  const id = await founded(host, "gold");
  const { browser: stranger, email } = await somebody();
  const refused = await stranger.post("/organization/set-active", { organizationId: id });
  assert.equal(refused.status, 403);
  assert.equal(await named(stranger), undefined);
  await stranger.post("/sign-in/email", { email, password: "correct horse battery", activeOrganizationId: id });
  await stranger.post("/update-session", { activeOrganizationId: id });
  await stranger.post("/api-token", { activeOrganizationId: id, organizationId: id, org_id: id });
  assert.equal(await named(stranger), undefined);
});

// issue:reserved-claims
test("a further claim cannot take the place of the organization", async () => {
  const { signAccessToken } = (await import(join(writeTree("test-tenant-claim", contract({})), "lib/api-token.ts"))) as ApiToken;
  const options = {
    issuer: () => example.issuer,
    audience: () => example.audience,
    clientId: "web",
    tokenType: "at+jwt",
    lifetimeSeconds: 900,
    signingKey: () => Promise.reject(new Error("not used")),
    claims: () => ({ workspace: "mine" }),
  };
  const tenant = { claim: "workspace", of: () => Promise.resolve("blue") };
  const key = { alg: "HS256", kid: "test", key: new Uint8Array(randomBytes(32)) };
  const principal = { user: { id: "ada" }, session: { id: "session", expiresAt: new Date(Date.now() + 3_600_000) } };
  await assert.rejects(signAccessToken({ ...options, tenant }, key, principal, "blue"), /reserved: workspace$/);
  const { token } = await signAccessToken({ ...options, claims: () => ({}), tenant }, key, principal, "blue");
  assert.equal(decodeJwt(token).workspace, "blue");
});

/** Judged by the type checker alone: the browser's client has these functions only where they answer. */
export async function typed(plain: AuthClient["authClient"], client: AuthClientWithTenants["authClient"]): Promise<string | undefined> {
  const { data } = await client.organization.setActive({ organizationId: "blue" });
  // @ts-expect-error: a contract without organizations has no such function
  await plain.organization.setActive({ organizationId: "blue" });
  return data?.id;
}
