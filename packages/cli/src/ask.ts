import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";

import { Failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** Asks questions of whoever sits at the terminal. */
export interface Asker extends Disposable {
  /** The line that is typed, which is not shown. */
  askSecret(question: string): Promise<string>;
  /** The line that is typed. */
  ask(question: string): Promise<string>;
}

/** Questions go to the errors' stream: the answer of the command may be on its way to a file. */
export function createAsker({ input, errors }: Terminal): Asker {
  const echo = createEcho(errors);
  const lines = createInterface({ input, output: echo.stream, terminal: true, historySize: 0 });

  async function askLine(question: string): Promise<string> {
    echo.isOn = true;
    return nextLine(lines, question);
  }

  async function askSecret(question: string): Promise<string> {
    errors.write(question);
    echo.isOn = false;
    try {
      return await nextLine(lines, "");
    } finally {
      echo.isOn = true;
      errors.write("\n");
    }
  }

  return { ask: askLine, askSecret, [Symbol.dispose]: () => lines.close() };
}

/** What is typed is shown only while this is on. */
function createEcho(target: Writable): { readonly stream: Writable; isOn: boolean } {
  const echo = {
    isOn: true,
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (echo.isOn) target.write(chunk, done);
        else done();
      },
    }),
  };
  return echo;
}

function nextLine(lines: Interface, question: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const giveUp = () => reject(new Failure("interrupted", "Given up. Nothing was changed."));
  lines.once("SIGINT", giveUp);
  lines.once("close", giveUp);
  lines.question(question, resolve);
  return promise.finally(() => {
    lines.off("SIGINT", giveUp);
    lines.off("close", giveUp);
  });
}
