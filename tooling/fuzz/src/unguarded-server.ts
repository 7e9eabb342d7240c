import { createServer } from "node:http";

import { initTRPC } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";

/** tRPC's adapters as their manual puts them together: what the same attack does to a server without guards. */

const t = initTRPC.create();
const router = t.router({
  auth: t.router({
    register: t.procedure.mutation(() => ({})),
  }),
  account: t.router({ profile: t.procedure.query(() => ({ username: "canary" })) }),
});
const handle = createHTTPHandler({ router, basePath: "/trpc/" });
const server = createServer((request, response) => {
  if (request.url === "/readyz") return void response.end("ready");
  if (request.url === "/trpc/auth.register") return void response.setHeader("set-cookie", "session=canary").end("{}");
  handle(request, response);
});
applyWSSHandler({ wss: new WebSocketServer({ server }), router });
server.listen(Number(process.env["PORT"]), "localhost");
