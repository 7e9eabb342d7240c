import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

import { SocketLost } from "./wire-socket.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The `Cookie` header that follows from it; null when it sets none. */
  readonly cookie: string | null;
}

/** Calls a procedure over HTTP, each time over a connection of its own. @throws SocketLost when no whole answer comes */
export async function callHttp(
  url: string,
  path: string,
  {
    method = "POST",
    cookie,
    input,
  }: { readonly method?: "GET" | "POST"; readonly cookie?: string; readonly input?: unknown },
): Promise<HttpAnswer> {
  const headers = { origin: url, "content-type": "application/json", ...(cookie === undefined ? {} : { cookie }) };
  const signal = AbortSignal.timeout(longestMs);
  const call = request(`${url}/trpc/${path}`, { method, headers, agent: false, signal });
  call.on("error", () => {});
  call.end(input === undefined ? undefined : JSON.stringify(input));
  try {
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    const body = await text(answer);
    const set = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? null;
    return { status: answer.statusCode ?? 0, body, cookie: set };
  } catch (error) {
    throw new SocketLost(`${path} was not answered.`, { cause: error });
  }
}

const longestMs = 20_000;
