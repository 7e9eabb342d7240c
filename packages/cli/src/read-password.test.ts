import { expect, test } from "vitest";

import { Failure } from "./failure.ts";
import { readNewPassword } from "./read-password.ts";
import { createFakeTerminal } from "./test/fake-terminal.ts";

/** What came of it: the password, or the message and the code of the failure. */
async function read(input: Parameters<typeof createFakeTerminal>[0]) {
  const { terminal, said } = createFakeTerminal(input);
  try {
    return { password: await readNewPassword(terminal), said };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { message: error.message, exitCode: error.exitCode, said };
  }
}

test("from a pipe it is the one line, with its blanks, without its end", async () => {
  for (const [input, password] of [
    ["a few words", "a few words"],
    ["a few words\n", "a few words"],
    [" a few words \r\n", " a few words "],
    ["pässwörd 山", "pässwörd 山"],
    ["\ufeffwith a mark", "\ufeffwith a mark"],
  ] as const) {
    expect(await read(input), input).toMatchObject({ password, said: { output: "", errors: "" } });
  }
});

test("from a pipe, no line, more than one, another encoding or far too much is refused with the cure", async () => {
  expect(await read("")).toMatchObject({ exitCode: 2, message: expect.stringContaining("empty") as string });
  expect(await read("\n")).toMatchObject({ exitCode: 2, message: expect.stringContaining("empty") as string });
  expect(await read("one\ntwo\n")).toMatchObject({ message: expect.stringContaining("more than one line") as string });
  expect(await read("one\n\n")).toMatchObject({ message: expect.stringContaining("more than one line") as string });
  expect(await read(Buffer.from([0x70, 0xe4]))).toMatchObject({ message: expect.stringContaining("UTF-8") as string });
  expect(await read("x".repeat(8193))).toMatchObject({ message: expect.stringContaining("too long") as string });
  expect(await read("x".repeat(8192))).toMatchObject({ password: "x".repeat(8192) });
});

test("at a terminal it is asked for twice and not shown, on no stream", async () => {
  const typed = await read({ typed: ["a few wordsx\x7f\r", "a few words\r"] });

  expect(typed).toMatchObject({ password: "a few words", said: { output: "" } });
  expect(typed.said.errors).toBe("New password: \nOnce more: \n");
});

test("at a terminal two that differ are refused", async () => {
  expect(await read({ typed: ["a few words\r", "a few wards\r"] })).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining("differ") as string,
  });
});

test.each(["\x03", "\x04", "a few\x03"])("Ctrl-C or Ctrl-D ends the command as shells have it: %j", async (keys) => {
  expect(await read({ typed: [keys] })).toMatchObject({ exitCode: 130, message: "Given up. Nothing was changed." });
});
