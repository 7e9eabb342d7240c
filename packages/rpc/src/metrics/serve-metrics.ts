import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { type Metrics, metricsPath } from "../observe/meter.ts";
import { answerMetrics } from "../observe/metrics-answer.ts";

export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/metrics`, and nothing else, on a port of its own: one that is not let through to the outside. With port 0 the system
 * chooses one. Who presents no token gets nothing, where one is set.
 *
 * @throws when the port is taken
 */
export async function serveMetrics(
  metrics: Metrics,
  { host, port, token = null }: { readonly host: string; readonly port: number; readonly token?: string | null },
): Promise<MetricsServer> {
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    void answer(metrics, token, request, response);
  });
  server.maxConnections = 100;
  server.listen({ host, port });
  await once(server, "listening");

  async function close(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  return { port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}

async function answer(
  metrics: Metrics,
  token: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split("?", 1)[0];
  if (path !== metricsPath || request.method !== "GET") {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("There is nothing here.\n");
    return;
  }
  try {
    const { status, headers, body } = await answerMetrics(metrics, token, request.headers.authorization ?? null);
    response.writeHead(status, headers).end(body);
  } catch {
    // What cannot be measured just now is measured the next time; the monitoring system sees that it got nothing.
    response.writeHead(500).end();
  }
}
