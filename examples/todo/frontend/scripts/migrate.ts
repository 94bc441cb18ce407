/** Creates the tables of Better Auth: `node scripts/migrate.ts`. */
import { migrate } from "../lib/startup.ts";

await migrate();
process.exit(0);
