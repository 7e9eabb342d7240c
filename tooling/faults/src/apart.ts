import type { FaultReport } from "./fault.ts";
import type { faults } from "./faults.ts";

/** What a fault's process says to who started it. */
export type Message = { readonly tell: string } | { readonly report: FaultReport } | { readonly failure: string };

/*
 * Runs one fault, in a process group of its own: `node apart.ts MODULE NAME short|long SEED`. See run-apart.ts.
 */
const [module = "", name = "", length, seed] = process.argv.slice(2);

// Whoever started this is gone: so is everything that was started here.
process.once("disconnect", () => process.kill(-process.pid, "SIGKILL"));

try {
  // The cast: only modules that list faults are named.
  const listed = (await import(module)) as { readonly faults: typeof faults };
  const fault = listed.faults.find((one) => one.name === name);
  if (!fault) throw new Error(`There is no fault "${name}".`);
  const tell = (text: string) => void say({ tell: text });
  await say({ report: await fault.run({ length: length === "short" ? "short" : "long", seed: Number(seed), tell }) });
  process.exit(0);
} catch (error) {
  await say({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}

function say(message: Message): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });
}
