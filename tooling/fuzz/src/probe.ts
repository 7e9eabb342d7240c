/**
 * Loaded into a server before anything of its own, so that what it holds can be measured from outside. It answers each message
 * of the process that started it; it changes nothing else.
 */

/** What a server holds, after its garbage was collected. */
export interface Holdings {
  readonly heapBytes: number;
  /** Open handles of the system, by kind. */
  readonly handles: Readonly<Record<string, number>>;
  /** A prototype that was reached by an input. */
  readonly isPolluted: boolean;
}

process.on("message", () => {
  // Twice: what is only found to be garbage by the first is collected by the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  const isPolluted = "polluted" in {};
  process.send?.({ heapBytes: process.memoryUsage().heapUsed, handles, isPolluted } satisfies Holdings);
});
