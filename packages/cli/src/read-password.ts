import { createAsker } from "./ask.ts";
import { Failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** More than any password that is accepted. */
const mostBytes = 8192;

/**
 * A new password: asked for twice where somebody sits at the terminal, else the one line of standard input.
 *
 * @throws Failure when the two differ, when there is no line or more than one, and on Ctrl-C
 */
export async function readNewPassword(terminal: Terminal): Promise<string> {
  const password = terminal.input.isTTY ? await askTwice(terminal) : await readLine(terminal);
  if (password === "") throw new Failure("usage", `The password is empty. ${cure}`);
  return password;
}

const cure = "Write it as the one line of standard input, or start the command in a terminal to be asked for it.";

async function askTwice(terminal: Terminal): Promise<string> {
  using asker = createAsker(terminal);
  const password = await asker.askSecret("New password: ");
  const repeated = await asker.askSecret("Once more: ");
  if (password === repeated) return password;
  throw new Failure("refused", "The two passwords differ. Nothing was changed; start again.");
}

async function readLine({ input }: Terminal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > mostBytes) throw new Failure("usage", `Standard input is too long for a password. ${cure}`);
  }
  const line = decode(Buffer.concat(chunks)).replace(/\r?\n$/, "");
  if (/[\r\n]/.test(line)) throw new Failure("usage", `Standard input has more than one line. ${cure}`);
  return line;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Failure("usage", `Standard input is not UTF-8. ${cure}`, { cause: error });
  }
}
