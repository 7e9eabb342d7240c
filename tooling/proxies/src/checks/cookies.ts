import { equal, match, ok } from "node:assert/strict";
import { request } from "node:http";

import type { Check } from "./check.ts";

export const cookieChecks: readonly Check[] = [
  {
    title: "COO-01, COO-02: the session's cookie is bound to the host and Secure, and one is set",
    async run(site) {
      const { headers } = await site.visitor("127.0.0.2").register("cookie");
      const cookies = headers["set-cookie"] ?? [];
      equal(cookies.length, 1);
      match(cookies[0] ?? "", /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    },
  },
  {
    title: "HDR-01, HDR-02, HDR-08: each security header is there once, also on refusals, and no version is told",
    async run(site) {
      for (const path of ["/", "/nothing.js", "/trpc/nothing"]) {
        const { headers } = await site.visitor("127.0.0.2").request(path);
        equal(headers["strict-transport-security"], "max-age=31536000; includeSubDomains", path);
        match(String(headers["content-security-policy"]), /^default-src 'self'; [^,]*$/, path);
        const server = String(headers.server ?? "");
        ok(!/\d/.test(server), server);
        equal(headers["x-powered-by"], undefined);
      }
    },
  },
  {
    title: "plain http is sent to https, under the name that is written in the example",
    async run(site) {
      const { status, location } = await new Promise<{ status: number; location: string }>((resolve, reject) => {
        const options = { host: "127.0.0.1", port: site.httpPort, path: "/notes", headers: { host: "localhost" } };
        request(options, (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? "" });
        })
          .on("error", reject)
          .end();
      });
      ok([301, 308].includes(status), String(status));
      match(location, /^https:\/\/localhost(?::\d+)?\/notes$/);
    },
  },
];
