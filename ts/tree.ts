/** Writes the files of one contract into a folder of its own, as the compiler does. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AuthContract } from "../src/authpact/compile/templates/nextjs/lib/contract-type.ts";

type Row = { readonly template: string; readonly emit: string; readonly when: Readonly<Record<string, string>> };

export const TEMPLATES = join(import.meta.dirname, "../src/authpact/compile/templates/nextjs");
const BUILD = join(import.meta.dirname, ".build");

function rows(): Row[] {
  const text = readFileSync(join(TEMPLATES, "files.json"), "utf8");
  return (JSON.parse(text) as { files: Row[] }).files;
}

function factsOf(contract: AuthContract): Record<string, string> {
  const { mode, storage, revocation, roles, tenantClaim } = contract;
  return {
    mode,
    storage,
    revocation: revocation.mode,
    roles: Object.keys(roles).length > 0 ? "some" : "none",
    tenant: tenantClaim === undefined ? "none" : "organization",
  };
}

/** The text of `lib/auth-contract.ts` for a contract. */
export function contractSource(contract: AuthContract): string {
  return `${[
    'import type { AuthContract } from "./contract-type.ts";',
    "",
    `export const authContract: AuthContract = ${JSON.stringify(contract, null, 2)};`,
    "",
    "/** Written out in full: Next.js puts the value in the place of exactly this expression. */",
    `export const publicApiUrl: string | undefined = process.env.${contract.env.apiUrl} || undefined;`,
  ].join("\n")}\n`;
}

/** Returns the folder. It lies inside `ts/`, so the packages of this workspace are found from it. */
export function writeTree(name: string, contract: AuthContract): string {
  const folder = join(BUILD, name);
  const facts = factsOf(contract);
  rmSync(folder, { recursive: true, force: true });
  for (const { template, emit, when } of rows()) {
    if (Object.entries(when).some(([key, value]) => facts[key] !== value)) continue;
    mkdirSync(dirname(join(folder, emit)), { recursive: true });
    cpSync(join(TEMPLATES, template), join(folder, emit));
  }
  writeFileSync(join(folder, "lib/auth-contract.ts"), contractSource(contract));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.base.json", include: ["**/*.ts"] }));
  return folder;
}
