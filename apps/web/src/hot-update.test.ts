import { createServer } from "vite";
// @vitest-environment node
import { expect, test } from "vitest";

test("a hot update never makes a second client or a second router: it stops at theirs, which begin the page anew", async () => {
  const server = await createServer({
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    logLevel: "error",
  });
  try {
    const stopsAt = await Promise.all(
      ["/src/session.ts", "/src/router.tsx", "/src/languages.ts"].map(async (url) => {
        await server.transformRequest(url);
        return [url, (await server.environments.client.moduleGraph.getModuleByUrl(url))?.isSelfAccepting];
      }),
    );
    expect(Object.fromEntries(stopsAt)).toEqual({
      "/src/session.ts": true,
      "/src/router.tsx": true,
      // For comparison: one without a life goes on to who imports it.
      "/src/languages.ts": false,
    });
  } finally {
    await server.close();
  }
});
