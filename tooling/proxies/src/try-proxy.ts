import { addressChecks } from "./checks/addresses.ts";
import type { Check } from "./checks/check.ts";
import { cookieChecks } from "./checks/cookies.ts";
import { deployChecks } from "./checks/deploys.ts";
import { fileChecks } from "./checks/files.ts";
import { pageChecks } from "./checks/pages.ts";
import { idleCheck, socketChecks } from "./checks/sockets.ts";
import type { Proxy } from "./proxies.ts";
import { type Site, startSite } from "./site.ts";

/** Starts the site behind the proxy and runs all checks. Returns how many failed. */
export async function tryProxy(
  proxy: Proxy,
  { idleSeconds, print }: { readonly idleSeconds: number; readonly print: (line: string) => void },
): Promise<number> {
  await using site = await startSite(proxy);
  let failed = 0;
  // It only waits: the others run meanwhile. What restarts the servers comes after it.
  const idle = run(site, idleCheck(idleSeconds), print);
  for (const check of [...cookieChecks, ...socketChecks, ...addressChecks, ...fileChecks, ...pageChecks])
    failed += await run(site, check, print);
  failed += await idle;
  for (const check of deployChecks) failed += await run(site, check, print);
  if (failed > 0) print(`${proxy.name} printed:\n${site.proxyOutput().slice(-4000)}`);
  return failed;
}

async function run(site: Site, { title, run: check }: Check, print: (line: string) => void): Promise<number> {
  try {
    const said = await check(site);
    print(`  ✓ ${title}${said ? ` (${said})` : ""}`);
    return 0;
  } catch (error) {
    print(`  ✗ ${title}\n    ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
}
