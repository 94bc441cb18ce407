/** Type-checks the tests and the templates in every variant; stops at the first failing one. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { allContracts } from "./contracts.ts";
import { writeTree } from "./tree.ts";

const TSC = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");

function check(project: string): void {
  const { status } = spawnSync(process.execPath, [TSC, "--project", project], { stdio: "inherit" });
  if (status !== 0) {
    console.error(`type check failed: ${project}`);
    process.exit(1);
  }
}

for (const contract of allContracts()) {
  const name = ["check", contract.mode, contract.storage, contract.revocation.mode].join("-");
  check(writeTree(name, contract));
}
check(import.meta.dirname);
