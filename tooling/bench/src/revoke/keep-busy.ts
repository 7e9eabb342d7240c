import type { Generator } from "../load/generator.ts";
import type { Load } from "../load/load.ts";

/** Longer than anything that is measured meanwhile. */
const seconds = 100;

/** Puts the load on a server until the block is left. Returns when it is under way. */
export async function keepBusy(
  generator: Generator,
  load: Omit<Load, "warmUpSeconds" | "seconds">,
): Promise<AsyncDisposable> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { promise: underWay, resolve: onMeasuring } = Promise.withResolvers<void>();
  const running = generator.run({ ...load, warmUpSeconds: 0.2, seconds }, { onMeasuring, signal });
  const ended = running.then(
    () => false,
    (error: unknown) => {
      if (!signal.aborted) throw error;
      return true;
    },
  );

  await Promise.race([underWay, ended]);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      if (!(await ended)) throw new Error("The load was over before what was to be measured under it.");
    },
  };
}
