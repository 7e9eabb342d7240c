/**
 * Runs what a command line is for. What it throws is told in one line, and the command fails. Ctrl-C and a polite end leave by
 * way of `process.exit`, which runs what is to be done at the end of the process.
 */
export async function runCommand(main: (words: readonly string[]) => Promise<void>): Promise<void> {
  process.on("SIGINT", () => process.exit(130));
  process.on("SIGTERM", () => process.exit(143));
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/** Says how far it is, in one line that is written over. On standard error, so that the figures can be kept by themselves. */
export function tellProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}
