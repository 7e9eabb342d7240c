import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Certificate } from "./certificate.ts";
import { fillIn } from "./examples.ts";

/** What a proxy is started with. */
export interface Place {
  readonly folder: string;
  readonly certificate: Certificate;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Of the servers behind it, on this machine. */
  readonly serverPorts: readonly [number, number];
}

/** A proxy that there is an example for: how to run it with that example. */
export interface Proxy {
  readonly name: string;
  readonly program: string;
  prepare(place: Place): { readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> };
}

export const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    program: "nginx",
    prepare({ folder, certificate, httpsPort, httpPort, serverPorts }) {
      const site = fillIn("nginx.conf", [
        [/^ *listen \[::\]:.*\n/, ""],
        ["listen 80;", `listen 127.0.0.1:${httpPort};`],
        ["listen 443", `listen 127.0.0.1:${httpsPort}`],
        ["https://app.example.com", `https://localhost:${httpsPort}`],
        ["app.example.com", "localhost"],
        ["/etc/ssl/countersign/fullchain.pem", certificate.certFile],
        ["/etc/ssl/countersign/key.pem", certificate.keyFile],
        ["127.0.0.1:3001", `127.0.0.1:${serverPorts[0]}`],
        ["127.0.0.1:3002", `127.0.0.1:${serverPorts[1]}`],
      ]);
      // As its comment tells people to write there.
      const [, files = ""] = /^# +worker_rlimit_nofile (\d+);$/m.exec(site) ?? [];
      const [, events = ""] = /^# +(events \{.*\})$/m.exec(site) ?? [];
      const kept = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
      // What a distribution's own nginx.conf says around it.
      const around = [
        ...(process.getuid?.() === 0 ? ["user root;"] : []),
        `daemon off; worker_processes 2; pid ${folder}/nginx.pid; error_log stderr warn;`,
        `worker_rlimit_nofile ${files}; ${events}`,
        "http {",
        ...kept.map((name) => `  ${name}_temp_path ${folder}/nginx-${name};`),
        "  access_log off;",
        site,
        "}",
      ];
      return { args: ["-e", "stderr", "-c", write(folder, "nginx.conf", around.join("\n"))] };
    },
  },
  {
    name: "caddy",
    program: "caddy",
    prepare({ folder, certificate, httpsPort, httpPort, serverPorts }) {
      // Its own certificate would be of an authority nobody here knows.
      const text = fillIn("Caddyfile", [
        [/^\{\n/, `{\n\tadmin off\n\tskip_install_trust\n\thttp_port ${httpPort}\n`],
        [
          "\theader -Server\n",
          `\theader -Server\n\tbind 127.0.0.1\n\ttls ${certificate.certFile} ${certificate.keyFile}\n`,
        ],
      ]);
      const env = {
        SITE: `https://localhost:${httpsPort}`,
        UPSTREAMS: serverPorts.map((port) => `127.0.0.1:${port}`).join(" "),
        HOME: folder,
        XDG_DATA_HOME: folder,
        XDG_CONFIG_HOME: folder,
      };
      return { args: ["run", "--adapter", "caddyfile", "--config", write(folder, "Caddyfile", text)], env };
    },
  },
  {
    name: "haproxy",
    program: "haproxy",
    prepare({ folder, certificate, httpsPort, httpPort, serverPorts }) {
      const text = fillIn("haproxy.cfg", [
        // Its user, its folder and its log are those of an installation; only root may take them.
        ...(process.getuid?.() === 0 && existsSync("/var/lib/haproxy") ? [] : haproxyInstalled),
        // Each takes two files, and not every machine lets a process open so many.
        ["maxconn 50000", "maxconn 2000"],
        ["bind :80", `bind 127.0.0.1:${httpPort}`],
        ["bind :443", `bind 127.0.0.1:${httpsPort}`],
        ["https://app.example.com", `https://localhost:${httpsPort}`],
        ["app.example.com", "localhost"],
        ["/etc/ssl/countersign/both.pem", certificate.bothFile],
        ["127.0.0.1:3001", `127.0.0.1:${serverPorts[0]}`],
        ["127.0.0.1:3002", `127.0.0.1:${serverPorts[1]}`],
      ]);
      return { args: ["-db", "-f", write(folder, "haproxy.cfg", text)] };
    },
  },
];

const haproxyInstalled = [
  ["    chroot /var/lib/haproxy\n", ""],
  ["    user haproxy\n", ""],
  ["    group haproxy\n", ""],
] as const;

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
