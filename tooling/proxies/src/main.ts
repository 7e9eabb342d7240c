import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";

import { proxies } from "./proxies.ts";
import { tryProxy } from "./try-proxy.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { idle: { type: "string", default: "75" } },
});
const unknown = positionals.filter((name) => !proxies.some((proxy) => proxy.name === name));
if (unknown.length > 0 || !/^\d{1,4}$/.test(values.idle)) {
  process.stderr.write(`pnpm proxies [--idle SECONDS] [${proxies.map(({ name }) => name).join("|")}]…\n`);
  process.exit(2);
}

const print = (line: string) => void process.stdout.write(`${line}\n`);
let failed = 0;
for (const proxy of proxies.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  if (!isInstalled(proxy.program)) {
    print(`${proxy.name} is not installed: its example is NOT tried.`);
    continue;
  }
  print(proxy.name);
  failed += await tryProxy(proxy, { idleSeconds: Number(values.idle), print }).catch((error: unknown) => {
    print(`  ✗ it cannot be tried: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  });
}
process.exit(failed > 0 ? 1 : 0);

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}
