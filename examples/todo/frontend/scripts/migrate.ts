// authpact 0.1.0 contract 7e9eae3aa670 digest 92438d416245bec2; edit authpact.toml instead
/** Creates the tables of Better Auth: `node scripts/migrate.ts`. */
import { migrate } from "../lib/startup.ts";

await migrate();
process.exit(0);
