import type { Readable, Writable } from "node:stream";

/** What a command line talks to, and what it was started with. */
export interface Terminal {
  /** Standard input. Only what a person types into is asked; anything else is read to its end. */
  readonly input: Readable & { readonly isTTY?: boolean | undefined };
  /** Answers, and nothing else: another program may read them. */
  readonly output: Writable;
  /** Questions, warnings and errors. */
  readonly errors: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
