import { relative } from "node:path";

import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

/** Serves a built web app: its files, and its page for every other path a browser asks to see. */
export function staticFiles(folder: string): Hono {
  const root = relative(process.cwd(), folder) || ".";
  const app = new Hono();

  app.use("*", async (c, next) => {
    await next();
    if (c.res.status !== 200) return;
    // Files under assets/ carry a hash of their content in their name.
    const isHashed = c.req.path.startsWith("/assets/");
    c.header("Cache-Control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
  });
  app.use("*", serveStatic({ root }));
  app.get("*", (c, next) => {
    const wantsPage = c.req.header("accept")?.includes("text/html") ?? false;
    return wantsPage ? serveStatic({ root, path: "index.html" })(c, next) : next();
  });
  return app;
}
