import type { JsonSchema } from "@app/workload";

/** What fills a frame, and no more: one that is longer is refused before it is read. */
export const mostCharacters = 60_000;

/** Texts that have made parsers, patterns and searches slow, each as long as is asked for. */
export const nastyTexts: Readonly<Record<string, (length: number) => string>> = {
  same: (length) => "a".repeat(length),
  dots: (length) => `${".".repeat(length - 1)}x`,
  blanks: (length) => `x${" ".repeat(length - 2)}x`,
  breaks: (length) => "\n".repeat(length - 1) + "x",
  addresses: (length) => "a@".repeat(length / 2),
  labels: (length) => `a@${"a-.".repeat(length / 3)}`,
  wildcards: (length) => "%_".repeat(length / 2),
  brackets: (length) => "[".repeat(length),
  marks: (length) => "a\u0301".repeat(length / 2),
  ligatures: (length) => "\ufdfa".repeat(length / 3),
  emoji: (length) => "👨‍👩‍👧‍👦".repeat(length / 25),
  quotes: (length) => `'"\\`.repeat(length / 3),
};

/** An input of this shape whose texts are all of this kind: as long as each may be at most, or as long as a frame. */
export function worstInput(schema: JsonSchema, text: (length: number) => string, isWithinLimits: boolean): unknown {
  const one = (inner: JsonSchema) => worstInput(inner, text, isWithinLimits);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return one(choices.find(({ type }) => type !== "null") ?? {});
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(one));
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.at(-1);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, one(inner)]));
    case "array":
      return Array.from({ length: Math.min(schema.maxItems ?? 50, 50) }, () => one(schema.items ?? { type: "string" }));
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    case "string":
      if (isWithinLimits && schema.format === "uuid") return "0192f0c1-2b3c-7d4e-8f50-617283940000";
      return text(isWithinLimits ? Math.min(schema.maxLength ?? mostCharacters, mostCharacters) : mostCharacters);
    default:
      return deep();
  }
}

/** JSON as deep as this end can write it. */
function deep(): unknown {
  let value: unknown = 1;
  for (let depth = 0; depth < 2000; depth += 1) value = [value];
  return value;
}
