import { expect, test } from "vitest";
import { z } from "zod";

import { describeFault } from "./describe-fault.ts";

z.config({ customError: describeFault });

test.each([
  [z.string(), undefined, "This is missing."],
  [z.string(), 7, "Give a text."],
  [z.number(), "7", "Give a number."],
  [z.int(), 1.5, "Give a whole number."],
  [z.int(), "1", "Give a number."],
  [z.boolean(), "true", "Give true or false."],
  [z.array(z.string()), "a", "Give a list."],
  [z.strictObject({}), 1, "Give an object."],
  [z.strictObject({}), { more: 1 }, "This field is not known."],
  [z.string().max(2000), "x".repeat(2001), "Too long: at most 2,000 characters."],
  [z.string().min(1), "", "Write something."],
  [z.string().min(3), "a", "Too short: at least 3 characters."],
  [z.int().max(9), 10, "Too much: at most 9."],
  [z.int().min(1), 0, "Too little: at least 1."],
  [z.number().positive(), 0, "Too little: more than 0."],
  [z.number().lt(5), 5, "Too much: less than 5."],
  [z.array(z.int()).max(1), [1, 2], "Too many: at most 1."],
  [z.array(z.int()).min(1), [], "Too few: at least 1."],
  [z.enum(["todo", "done"]), "gone", "Choose one of these: todo, done."],
  [z.uuid(), "x' or 1=1", "This is not an id."],
  [z.iso.datetime(), "today", "Write a date and time as in 2026-01-31T12:00:00Z."],
  [z.string().regex(/^a$/), "b", "This is not written as it has to be."],
  [z.union([z.string(), z.int()]), null, "This is not valid."],
  [z.string().refine(() => false), "a", "This is not valid."],
  // The words of a schema come first.
  [z.string("Name it."), 7, "Name it."],
  [z.string().max(1, "Shorter."), "ab", "Shorter."],
  [z.uuid("No."), "x", "No."],
] as const)("a person is told in the house's words what is wrong with a value (%#)", (schema, value, sentence) => {
  expect(schema.safeParse(value).error?.issues.map(({ message }) => message)).toEqual([sentence]);
});
