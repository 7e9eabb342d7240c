import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate for localhost that nobody has signed, as files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** Both in one, as HAProxy wants it. */
  readonly bothFile: string;
  readonly cert: string;
}

/** Makes one in this folder. */
export function makeCertificate(folder: string): Certificate {
  const [certFile, keyFile, bothFile] = ["cert.pem", "key.pem", "both.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(
    " ",
  );
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", [...how, ...names, "-keyout", keyFile, "-out", certFile], { stdio: "ignore" });
  const cert = readFileSync(certFile, "utf8");
  writeFileSync(bothFile, cert + readFileSync(keyFile, "utf8"));
  return { certFile, keyFile, bothFile, cert };
}
