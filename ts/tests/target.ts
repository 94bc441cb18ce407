/** A small real API on node:http that checks tokens with jose, for the clients to call. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errors, jwtVerify } from "jose";

export type Seen = { readonly method: string; readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: string };

export type Target = {
  readonly url: string;
  readonly seen: Seen[];
  readonly stop: () => Promise<void>;
};

export type Rule = (seen: Seen, response: ServerResponse) => Promise<void> | void;

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "set-cookie": "planted=1" });
  response.end(JSON.stringify(body));
}

export async function startTarget(rule: Rule): Promise<Target> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const call = { method, path: url, headers, body: await read(request) };
    seen.push(call);
    await rule(call, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, stop };
}

export const bearerOf = (seen: Seen): string => (seen.headers.authorization ?? "").replace(/^Bearer /, "");

/** Answers as the API does: 401 with a code, or 200 with the subject. `now` moves its clock. */
export function guarded(secret: () => string | undefined, now: () => Date = () => new Date()): Rule {
  return async (seen, response) => {
    const key = new Uint8Array(Buffer.from(secret() ?? "", "base64url"));
    try {
      const { payload } = await jwtVerify(bearerOf(seen), key, { currentDate: now(), typ: "at+jwt" });
      reply(response, 200, { sub: payload.sub });
    } catch (error) {
      const code = error instanceof errors.JWTExpired ? "token_expired" : "token_invalid";
      reply(response, 401, { detail: "refused", code });
    }
  };
}
