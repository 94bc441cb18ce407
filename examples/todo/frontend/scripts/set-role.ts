// authpact 0.1.0 contract 7e9eae3aa670 digest 693c2c8f743dacdb; edit authpact.toml instead
/**
 * Gives a user one role, or several joined by commas: `node scripts/set-role.ts EMAIL ROLE`.
 *
 * It is a command and not an endpoint, so the first administrator needs no hole in the server.
 * Tokens issued before keep their roles until they expire.
 */
import { auth } from "../lib/auth.ts";
import { isAssignable } from "../lib/roles.ts";

const USAGE = 2;

async function setRole(email: string, role: string): Promise<string | null> {
  const unknown = role.split(",").filter((name) => !isAssignable(name));
  if (unknown.length > 0) return `not a role of the contract: ${unknown.join(", ")}`;
  const { internalAdapter } = await auth.$context;
  const found = await internalAdapter.findUserByEmail(email);
  if (found === null) return `no user has the address ${email}`;
  await internalAdapter.updateUser(found.user.id, { role });
  return null;
}

const [email, role] = process.argv.slice(2);
if (email === undefined || role === undefined) {
  console.error("usage: node scripts/set-role.ts EMAIL ROLE");
  process.exit(USAGE);
}
const problem = await setRole(email, role);
if (problem !== null) console.error(problem);
process.exit(problem === null ? 0 : 1);
