import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";

/** HTTPS on this machine, before something that speaks HTTP: a server in production calls nothing else. */
export interface HttpsFront extends AsyncDisposable {
  readonly url: string;
  /** Whom to believe to call it: nobody has signed its certificate. */
  readonly certificateFile: string;
  /** What stands behind it from now on. Of several each gets one request or socket after the other. */
  passTo(...urls: readonly string[]): void;
}

export async function startHttpsFront(): Promise<HttpsFront> {
  const folder = await mkdtemp(join(tmpdir(), "https-front-"));
  const { certificateFile, keyFile } = makeCertificate(folder);
  let behind: readonly string[] = [];
  let count = 0;
  const next = () => behind[(count += 1) % behind.length] ?? "";

  const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (asked, answer) => {
    const options = { method: asked.method, headers: forwarded(asked), agent: false };
    const passed = request(new URL(asked.url ?? "/", next()), options, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  const sockets = new Set<Duplex>();
  server.on("upgrade", (asked, browser: Duplex, first) => {
    const { hostname: host, port } = new URL(next());
    const app = connect({ host, port: Number(port) });
    for (const [one, other] of [
      [browser, app],
      [app, browser],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    const headers = Object.entries(forwarded(asked)).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    app.write(`GET ${asked.url} HTTP/1.1\r\n${headers.join("")}\r\n`);
    app.write(first);
    app.pipe(browser).pipe(app);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  // A server that listens on a port has this kind of address.
  const { port } = server.address() as AddressInfo;

  return {
    url: `https://localhost:${port}`,
    certificateFile,
    passTo: (...urls) => void (behind = urls),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

function forwarded({ headers, socket }: IncomingMessage): OutgoingHttpHeaders {
  const from = { "x-forwarded-proto": "https", "x-forwarded-for": socket.remoteAddress };
  return { ...headers, ...from, "x-forwarded-host": headers.host };
}

function makeCertificate(folder: string) {
  const [certificateFile, keyFile] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(
    " ",
  );
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", [...how, ...names, "-keyout", keyFile, "-out", certificateFile], { stdio: "ignore" });
  return { certificateFile, keyFile };
}
