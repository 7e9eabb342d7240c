import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";

import type { RawSocket } from "@countersign/rpc/testing";

import type { Site } from "../site.ts";

import type { Check } from "./check.ts";

export const socketChecks: readonly Check[] = [
  {
    title: "WSK-07: a socket opens with cookie and Origin, and knows who it is",
    async run(site) {
      const visitor = site.visitor("127.0.0.2");
      await visitor.register("socket");
      await using socket = await visitor.openSocket();
      equal((await whoIs(socket)).username, "socket");
    },
  },
  {
    title: "WSK-05: an upgrade from another origin, or from none, is refused with 403",
    async run(site) {
      for (const origin of [
        "https://evil.example",
        "null",
        site.origin.replace("https", "http"),
        `${site.origin}.evil.example`,
      ])
        await rejects(site.visitor("127.0.0.2").openSocket({ origin }), /403/, origin);
      const bare = await site.visitor("127.0.0.2").exchange(upgrade(site, { origin: null }));
      match(bare, /^HTTP\/1\.1 403 /);
    },
  },
  {
    title:
      "WSK-01, WSK-02, WSK-08: hostile upgrades get an answer or a closed connection, never a socket, and the servers live on",
    async run(site) {
      const before = site.servers.map(({ output }) => output.length);
      for (const [name, bytes] of hostileUpgrades(site)) {
        const answer = await site.visitor("127.0.0.2").exchange(bytes);
        // Or the empty answer of Caddy to whoever asks for another site.
        const isRefused = /^(?:$|HTTP\/1\.1 (?:30\d|4\d\d|50[15]) |HTTP\/1\.1 200 [^]*\r\nContent-Length: 0\r\n)/.test(
          answer,
        );
        ok(isRefused, `${name}: ${answer.slice(0, 100)}`);
      }
      equal((await site.visitor("127.0.0.2").request("/readyz")).status, 200);
      for (const [index, server] of site.servers.entries()) {
        equal((await fetch(`${server.url}/healthz`)).status, 200);
        equal(/TypeError|Unhandled|uncaught/.test(server.output.slice(before[index])), false);
      }
    },
  },
  {
    title:
      "OUT-02, OUT-05: signing out through the proxy closes the session's sockets at both servers with 4401, and the cookie is worth nothing",
    async run(site) {
      const visitor = site.visitor("127.0.0.2");
      await visitor.register("leaver");
      const sockets = await Promise.all(Array.from({ length: 8 }, () => visitor.openSocket()));
      // That each has been answered: the servers share them out.
      await Promise.all(sockets.map((socket) => socket.query("session.me")));
      const { cookie } = visitor;
      const from = performance.now();
      equal((await visitor.call("auth.logout")).status, 200);
      const ends = await Promise.all(sockets.map(({ closed }) => closed));
      const ms = Math.round(performance.now() - from);
      deepEqual(new Set(ends.map(({ code }) => code)), new Set([4401]));
      const replay = await site.visitor("127.0.0.2").openSocket({ cookie });
      equal((await whoIs(replay)).isAuthenticated, false);
      await replay[Symbol.asyncDispose]();
      return `8 sockets, ${ms} ms after the call was sent`;
    },
  },
  {
    title: "what is done at one server is shown at the other",
    async run(site) {
      const visitor = site.visitor("127.0.0.2");
      await visitor.register("both");
      const sockets = await Promise.all(Array.from({ length: 6 }, () => visitor.openSocket()));
      const lists = await Promise.all(sockets.map((socket) => socket.subscribe("session.data.live")));
      await Promise.all(sockets.map((socket, index) => socket.data(lists[index] ?? 0, 1)));
      await sockets[0]?.mutate("session.data.set", { key: "theme", value: "dark" });
      for (const [index, socket] of sockets.entries())
        deepEqual((await socket.data(lists[index] ?? 0, 2)).at(-1), { theme: "dark" });
      for (const socket of sockets) await socket[Symbol.asyncDispose]();
    },
  },
];

/** As long as is told, and nothing is sent meanwhile but the protocol's own pings. */
export function idleCheck(seconds: number): Check {
  return {
    title: "REL-52: an idle socket stays open",
    async run(site) {
      const visitor = site.visitor("127.0.0.2");
      await visitor.register("idler");
      await using socket = await visitor.openSocket();
      await socket.query("session.me");
      let pings = 0;
      socket.socket.on("ping", () => (pings += 1));
      const ended = await Promise.race([
        socket.closed.then(({ code }) => `closed with ${code}`),
        new Promise<null>((resolve) => setTimeout(resolve, seconds * 1000, null)),
      ]);
      equal(ended, null);
      equal((await whoIs(socket)).isAuthenticated, true);
      return `${seconds} s, ${pings} pings`;
    },
  };
}

async function whoIs(socket: RawSocket): Promise<{ readonly isAuthenticated: boolean; readonly username?: string }> {
  const { result } = await socket.query("session.me");
  if (!result) throw new Error("The question who is signed in was not answered.");
  // The cast: that is what it answers.
  return result.data as { readonly isAuthenticated: boolean; readonly username?: string };
}

function upgrade(
  { origin: own }: Site,
  changes: { target?: string; host?: string | null; origin?: string | null; more?: string } = {},
): string {
  const { target = "/trpc", host = new URL(own).host, origin = own, more = "" } = changes;
  return [
    `GET ${target} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...(origin === null ? [] : [`Origin: ${origin}`]),
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `${more}\r\n`,
    ...(more === "" ? [] : [""]),
  ].join("\r\n");
}

function hostileUpgrades(site: Site): (readonly [name: string, bytes: string])[] {
  const targets = [
    "//",
    "/trpc/",
    "//trpc",
    "/trpc/../x",
    "/TRPC",
    "/%",
    "/trpc%00",
    "http://evil.example/trpc",
    "*",
    "/trpc?connectionParams=1",
  ];
  const hosts = ["[", "a b", "", "evil.example", "localhost:99999999", "localhost@evil.example"];
  return [
    ...targets.map((target) => [`target ${target}`, upgrade(site, { target })] as const),
    ...hosts.map((host) => [`host ${host}`, upgrade(site, { host })] as const),
    ["no host", upgrade(site, { host: null })],
    ["two hosts", upgrade(site, { more: "Host: evil.example\r\n" })],
  ];
}
