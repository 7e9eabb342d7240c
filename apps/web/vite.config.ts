import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { precompress } from "./build/precompress.ts";

// The address that the server opens unless told otherwise: "localhost" may be another one.
const server = `http://127.0.0.1:${process.env.PORT ?? "3000"}`;

export default defineConfig({
  plugins: [react(), precompress()],
  server: {
    host: "localhost",
    port: 5173,
    strictPort: true,
    // One origin for the browser, as in production: the cookie and the origin check work the same way.
    proxy: {
      "/trpc": { target: server, ws: true },
      "/files": { target: server },
      "/auth/oidc": { target: server },
      "/healthz": { target: server },
    },
  },
  preview: { host: "localhost", port: 4173, strictPort: true },
  build: {
    // Nothing inline: the server's Content-Security-Policy is 'self' without exceptions.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What comes from elsewhere changes seldom: browsers keep it over a release of the app.
    // The vendor's part is 154 kB as it is sent, and kept over releases.
    chunkSizeWarningLimit: 600,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "vendor", test: /node_modules/ }] } } },
    // These know light-dark(), so that the tokens stay as they are written.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
});
