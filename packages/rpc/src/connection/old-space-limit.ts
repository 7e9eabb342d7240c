const mebibyte = 1024 * 1024;

/** The young generation at its largest, three spaces of 32 MiB; and, where V8 chooses, its share of the old one. */
const mostYoungBytes = 96 * mebibyte;
const youngShare = 3 / 128;

/**
 * How large V8 lets the old generation of this process grow, in bytes. The limit that it tells (`heap_size_limit`) has the young
 * one added at its largest, which depends on the memory of the machine or of the container; the process ends when the old one
 * is full, long before the sum is.
 *
 * @param options the options the process was started with: by default its own, and those in `NODE_OPTIONS`
 */
export function readOldSpaceLimit(heapLimitBytes: number, options: readonly string[] = optionsOfProcess()): number {
  const given = options.join(" ");
  const chosen = [...given.matchAll(/--max[-_]old[-_]space[-_]size[= ](\d+)/g)].at(-1)?.[1];
  if (chosen !== undefined && Number(chosen) > 0) return Number(chosen) * mebibyte;
  // Chosen in ways that cannot be read here: the least it can be.
  const least = Math.max(heapLimitBytes - mostYoungBytes, heapLimitBytes / 8);
  if (/--max[-_](old[-_]space[-_]size[-_]percentage|heap[-_]size|semi[-_]space[-_]size)/.test(given)) return least;
  return Math.max(least, heapLimitBytes / (1 + youngShare));
}

function optionsOfProcess(): readonly string[] {
  // Node's own, which the process was started with: no setting of an app.
  // oxlint-disable-next-line no-restricted-properties
  return [process.env["NODE_OPTIONS"] ?? "", ...process.execArgv];
}
