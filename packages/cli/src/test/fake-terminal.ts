import { PassThrough } from "node:stream";

import type { Terminal } from "../terminal.ts";

export interface FakeTerminal {
  readonly terminal: Terminal;
  readonly said: { readonly output: string; readonly errors: string };
}

/** A terminal whose input is piped in (a text), or typed by somebody (lines, each when its question has been asked). */
export function createFakeTerminal(
  input: string | Buffer | { readonly typed: readonly string[] },
  environment: Terminal["environment"] = {},
): FakeTerminal {
  const isTyped = typeof input === "object" && "typed" in input;
  const stream = Object.assign(new PassThrough(), { isTTY: isTyped, setRawMode: () => {} });
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const said = { output: "", errors: "" };
  const waiting = isTyped ? [...input.typed] : [];
  output.on("data", (chunk: Buffer) => (said.output += String(chunk)));
  errors.on("data", (chunk: Buffer) => {
    said.errors += String(chunk);
    // What is asked ends with a colon and no new line.
    if (/: (?:\x1b\[\d+G)?$/.test(said.errors)) setImmediate(() => stream.write(waiting.shift() ?? ""));
  });
  if (!isTyped) stream.end(input);
  return { terminal: { input: stream, output, errors, environment }, said };
}
