// authpact 0.1.0 contract 7e9eae3aa670 digest 5699f814175fa583; edit authpact.toml instead
/**
 * The same Better Auth without Next.js, for tests: `PORT=0 node scripts/issuer.ts`.
 *
 * Prints one JSON line, `{"listening": "http://127.0.0.1:PORT"}`, and stops on SIGTERM. Without
 * BETTER_AUTH_URL it takes its own address as its origin.
 */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

const LOCAL = "127.0.0.1";

let answer: RequestListener = (_request, response) => {
  response.writeHead(503).end();
};
const server = createServer((request, response) => answer(request, response));

async function listen(): Promise<string> {
  const port = Number(process.env.PORT ?? "0");
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, LOCAL, resolve);
  });
  return `http://${LOCAL}:${(server.address() as AddressInfo).port}`;
}

function stop(): void {
  server.close(() => process.exit(0));
  server.closeAllConnections();
}

const address = await listen();
// Better Auth reads its origin at import, and a free port is known only now.
process.env.BETTER_AUTH_URL ??= address;
const [{ auth }, { start }, { toNodeHandler }] = await Promise.all([
  import("../lib/auth.ts"),
  import("../lib/startup.ts"),
  import("better-auth/node"),
]);
await start();
answer = toNodeHandler(auth);
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
console.log(JSON.stringify({ listening: address }));
