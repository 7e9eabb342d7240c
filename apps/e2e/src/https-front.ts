import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** HTTPS on this machine, before something that speaks HTTP: a server in production calls nothing else. */
export interface HttpsFront extends AsyncDisposable {
  readonly url: string;
  /** Whom to believe to call it: nobody has signed its certificate. */
  readonly certificateFile: string;
  /** What stands behind it from now on. */
  passTo(url: string): void;
}

export async function startHttpsFront(): Promise<HttpsFront> {
  const folder = await mkdtemp(join(tmpdir(), "https-front-"));
  const { certificateFile, keyFile } = makeCertificate(folder);
  let behind = "";

  const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (asked, answer) => {
    const headers = { ...asked.headers, "x-forwarded-proto": "https", "x-forwarded-host": asked.headers.host };
    const options = { method: asked.method, headers, agent: false };
    const passed = request(new URL(asked.url ?? "/", behind), options, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  // A server that listens on a port has this kind of address.
  const { port } = server.address() as AddressInfo;

  return {
    url: `https://localhost:${port}`,
    certificateFile,
    passTo: (url) => void (behind = url),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
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
