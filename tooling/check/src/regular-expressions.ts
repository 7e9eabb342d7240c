import { parseSync, Visitor } from "oxc-parser";

/** A regular expression as it stands in a source file. */
export interface WrittenExpression {
  readonly source: string;
  readonly flags: string;
  readonly line: number;
}

/**
 * Every regular expression a file has: literals, and `RegExp` called with a plain text. One that is put together at run time
 * is not known here.
 *
 * @throws when the file cannot be parsed.
 */
export function readRegularExpressions(file: string, text: string): WrittenExpression[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: WrittenExpression[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const readCall = (call: Call) => {
    const [pattern, flags] = call.arguments;
    if (call.callee.type !== "Identifier" || call.callee.name !== "RegExp") return;
    if (pattern?.type !== "Literal" || typeof pattern.value !== "string") return;
    const given = flags?.type === "Literal" && typeof flags.value === "string" ? flags.value : "";
    found.push({ source: pattern.value, flags: given, line: lineOf(call.start) });
  };
  new Visitor({
    Literal(node) {
      if (!("regex" in node)) return;
      found.push({ source: node.regex.pattern, flags: node.regex.flags, line: lineOf(node.start) });
    },
    NewExpression: readCall,
    CallExpression: readCall,
  }).visit(program);
  return found;
}

/** What is looked at of `RegExp(…)` and `new RegExp(…)`. */
interface Call {
  readonly start: number;
  readonly callee: { readonly type: string; readonly name?: unknown };
  readonly arguments: readonly { readonly type: string; readonly value?: unknown }[];
}
