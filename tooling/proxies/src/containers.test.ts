import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempDisposableSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { readExample } from "./examples.ts";

const root = new URL("../../../", import.meta.url);
const compose = readExample("compose.yaml");
const containerfile = readExample("Containerfile");

test("the image has the Node that the app is tested with, and runs what is built, as nobody in particular", () => {
  const [, version] = /nodeVersion: (.+)/.exec(readFileSync(new URL("pnpm-workspace.yaml", root), "utf8")) ?? [];
  expect(containerfile).toContain(`docker.io/library/node:${version}-`);
  const bundle = readFileSync(new URL("apps/server/rolldown.config.ts", root), "utf8");
  for (const name of ["main", "countersign"]) {
    expect(bundle).toContain(`${name}: "src/`);
    expect(containerfile).toContain(`/app/apps/server/dist/${name}.js`);
  }
  expect(containerfile).toMatch(/^USER \d+:\d+$/m);
});

test("containers have longer to drain than the thirty seconds it takes at most", () => {
  const graces = [...compose.matchAll(/stop_grace_period: (\d+)s/g)].map(([, seconds]) => Number(seconds));
  expect(graces.length).toBeGreaterThan(0);
  for (const grace of graces) expect(grace).toBeGreaterThan(30);
});

test("the servers believe the proxy at its address, and nobody else", () => {
  const [, trusted] = /TRUST_PROXY: (\S+)/.exec(compose) ?? [];
  expect(compose).toContain(`ipv4_address: ${trusted}`);
});

test("there is no password before one is made: each installation has its own", () => {
  const needed = [...compose.matchAll(/file: \.\/secrets\/(\w+)/g)].map(([, name]) => name ?? "");
  using one = makeSecrets();
  using other = makeSecrets();
  expect(new Set(readdirSync(join(one.path, "secrets")))).toEqual(new Set(needed));

  const passwords = [one, other].flatMap(({ path }) =>
    ["postgres_password", "app_password", "redis_password"].map((name) => secretOf(path, name)),
  );
  expect(new Set(passwords).size).toBe(6);
  for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{64}$/);
  expect(secretOf(one.path, "database_url")).toContain(`:${secretOf(one.path, "app_password")}@postgres:`);
  expect(secretOf(one.path, "redis_url")).toContain(`:${secretOf(one.path, "redis_password")}@redis:`);
  expect(statSync(join(one.path, "secrets")).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(one.path, ".env"), "utf8")).toBe("SITE=app.example.com\n");
  // What a database knows from its first start is not made anew.
  expect(() => run(one.path, "app.example.com")).toThrow(/left as it is/);
  expect(compose).not.toMatch(/password: *[^{\s]/i);
});

test("a site's name that is none is refused, and nothing is made", () => {
  using folder = copyScript();
  for (const name of ["https://app.example.com", "app.example.com/", "a b", ""])
    expect(() => run(folder.path, name), name).toThrow(/Command failed/);
  expect(readdirSync(folder.path)).toEqual(["make-secrets.sh"]);
});

function makeSecrets(): Disposable & { readonly path: string } {
  const folder = copyScript();
  run(folder.path, "app.example.com");
  return folder;
}

function copyScript(): Disposable & { readonly path: string } {
  const folder = mkdtempDisposableSync(join(tmpdir(), "secrets-"));
  copyFileSync(new URL("deploy/make-secrets.sh", root), join(folder.path, "make-secrets.sh"));
  return folder;
}

function run(folder: string, site: string): void {
  execFileSync("sh", [join(folder, "make-secrets.sh"), site], { stdio: "pipe" });
}

function secretOf(folder: string, name: string): string {
  return readFileSync(join(folder, "secrets", name), "utf8");
}
