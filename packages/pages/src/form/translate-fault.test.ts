import { expect, test } from "vitest";

import { fieldFaults } from "@countersign/contract";

import { arabicMessages } from "../language/arabic-messages.ts";
import { englishMessages } from "../messages.ts";

import { translateFault } from "./translate-fault.ts";

test("every fault the server knows has its words, and in English they are the server's", () => {
  for (const sentence of Object.values(fieldFaults)) {
    const said = sentence.replace("#", "15");

    expect(translateFault(said, englishMessages.faults)).toBe(said);
    expect(translateFault(said, arabicMessages.faults)).toMatch(/\p{Script=Arabic}/u);
  }
});

test("what another server says stays as it came", () => {
  expect(translateFault("Only on Tuesdays.", arabicMessages.faults)).toBe("Only on Tuesdays.");
  expect(translateFault("Too short: at least 3 letters.", arabicMessages.faults)).toBe(
    "Too short: at least 3 letters.",
  );
});
