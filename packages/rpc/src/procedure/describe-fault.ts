import type { z } from "zod";

/**
 * What a person is told of a value whose schema says no words of its own; a schema that does is heard first. Zod's own sentences
 * name the types of a program.
 */
export function describeFault(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "This is missing." : (kinds[issue.expected] ?? notValid);
    case "too_big":
      return describeMost(issue);
    case "too_small":
      return describeLeast(issue);
    case "invalid_value":
      return `Choose one of these: ${issue.values.slice(0, mostNamed).map(String).join(", ")}.`;
    case "invalid_format":
      return formats[issue.format] ?? "This is not written as it has to be.";
    case "not_multiple_of":
      return `Give a multiple of ${issue.divisor}.`;
    case "unrecognized_keys":
      return "This field is not known.";
    default:
      return notValid;
  }
}

const notValid = "This is not valid.";
/** Choices that are named at most. */
const mostNamed = 20;

const kinds: Readonly<Record<string, string>> = {
  string: "Give a text.",
  number: "Give a number.",
  int: "Give a whole number.",
  boolean: "Give true or false.",
  date: "Give a date.",
  array: "Give a list.",
  object: "Give an object.",
  record: "Give an object.",
};

const formats: Readonly<Record<string, string>> = {
  uuid: "This is not an id.",
  email: "Write an email address as in anna@example.org.",
  url: "Write an address as in https://example.org.",
  datetime: "Write a date and time as in 2026-01-31T12:00:00Z.",
  date: "Write a date as in 2026-01-31.",
};

type RawIssueOf<Code> = Extract<z.core.$ZodRawIssue, { readonly code: Code }>;

function describeMost({ origin, maximum, inclusive }: RawIssueOf<"too_big">): string {
  const most = formatBound(maximum);
  if (origin === "string") return `Too long: at most ${most} characters.`;
  if (origin === "array" || origin === "set") return `Too many: at most ${most}.`;
  return inclusive === false ? `Too much: less than ${most}.` : `Too much: at most ${most}.`;
}

function describeLeast({ origin, minimum, inclusive }: RawIssueOf<"too_small">): string {
  const least = formatBound(minimum);
  if (origin === "string")
    return Number(minimum) === 1 ? "Write something." : `Too short: at least ${least} characters.`;
  if (origin === "array" || origin === "set") return `Too few: at least ${least}.`;
  return inclusive === false ? `Too little: more than ${least}.` : `Too little: at least ${least}.`;
}

function formatBound(bound: number | bigint): string {
  return bound.toLocaleString("en");
}
