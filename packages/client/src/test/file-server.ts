import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { fileInputHeader } from "@countersign/contract";

/** What the server does with the next upload: answers, loses the answer after or before it has kept the file, or never answers. */
export type Fate =
  | "keep"
  | "lose the answer"
  | "break off"
  | "hang"
  | { readonly refuse: object; readonly status: number }
  | "answer as a proxy does";

/** The files' end of a server: keeps what comes by its key, once. */
export async function startFileServer() {
  const fates: Fate[] = [];
  const kept = new Map<string, { readonly name: string; readonly text: string }>();
  const requests: string[] = [];
  const http = createServer((request, response) => void serve(request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? "", "http://localhost");
    requests.push(`${request.method} ${url.pathname}`);
    if (request.method === "GET") {
      const { key } = JSON.parse(url.searchParams.get("input") ?? "") as { key: string };
      return answer(response, 200, { result: { data: kept.get(key) ?? null } });
    }
    const fate = fates.shift() ?? "keep";
    if (fate === "break off") return request.socket.destroy();
    const text = await new Response(request as unknown as ReadableStream).text();
    const input = JSON.parse(decodeURIComponent(String(request.headers[fileInputHeader]))) as Record<string, string>;
    const type = request.headers["content-type"];
    if (fate === "hang") return;
    if (fate === "answer as a proxy does") return void response.writeHead(502).end("<h1>Bad gateway</h1>");
    if (typeof fate === "object")
      return answer(response, fate.status, { error: { message: "No.", code: -32603, data: fate.refuse } });
    const { key = "", name = "" } = input;
    if (!kept.has(key)) kept.set(key, { name, text: `${type}: ${text}` });
    if (fate === "lose the answer") return request.socket.destroy();
    answer(response, 200, { result: { data: kept.get(key) } });
  }

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    fates,
    kept,
    requests,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
