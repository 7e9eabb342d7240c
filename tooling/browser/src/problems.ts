import type { BrowserContext } from "@playwright/test";

/** What a browser complained of while a test ran. */
export interface Problems {
  /** Says that complaints like this are part of the test. */
  allow(pattern: RegExp): void;
  /** All complaints nobody allowed. */
  unexpected(): readonly string[];
}

/**
 * Listens to a browser context for what no visitor should cause: errors on its console (failed requests and violations
 * of the content security policy are among them) and exceptions nobody caught.
 */
export function watchProblems(context: BrowserContext): Problems {
  const lines: string[] = [];
  const allowed: RegExp[] = [];

  context.on("console", (message) => {
    if (message.type() === "error") lines.push(`${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => lines.push(`Uncaught: ${error.error().stack ?? error.error().message}`));

  return {
    allow: (pattern) => void allowed.push(pattern),
    unexpected: () => lines.filter((line) => !allowed.some((pattern) => pattern.test(line))),
  };
}
