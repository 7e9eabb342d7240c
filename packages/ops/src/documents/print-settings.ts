import { z } from "zod";

import { providerVariables } from "../environment/oidc-choice.ts";
import { environmentVariables } from "../environment/read-environment.ts";
import { secretVariables } from "../environment/secret-files.ts";

import { formatTable } from "./format-table.ts";
import { subjects } from "./subjects.ts";

/** The page of all variables, in Markdown: `docs/settings.md`. */
export function printSettings(): string {
  const placed = new Set<string>(subjects.flatMap(({ variables }) => variables));
  const others = Object.keys(environmentVariables).filter((name) => !placed.has(name));
  const sections = subjects.map(({ title, variables }, index) => ({
    title,
    variables: [...variables, ...(index === subjects.length - 1 ? others : [])],
  }));
  return [
    introduction,
    ...sections.map(({ title, variables }) => `## ${title}\n\n${formatTable(head, variables.map(describe))}`),
    ofProviders,
    formatTable(
      head,
      Object.entries(providerVariables).map(([part, schema]) => describeSchema(`<NAME>_${part}`, schema)),
    ),
  ].join("\n\n");
}

const head = ["variable", "what", "default", "range"];

const introduction = `# Settings

Every setting of a server is an environment variable. They are read once, at start: a wrong one stops it with its name and what to write, all wrong ones at once, and values are never repeated. An empty variable is one that is not set. A name that is nearly one of these is warned of.

What may hold a secret can be given as a file instead, as containers hand them out: ${secretVariables.map((name) => `\`${name}_FILE\``).join(", ")}. [The audit](guides/audit-and-doctor.md) judges them together, at every start and by \`countersign audit\`.

This page is written by \`pnpm settings\` from what the server reads them with.`;

const ofProviders = `## Each identity provider

With \`OIDC_PROVIDERS=okta,my-idp\` these begin with \`OKTA_\` and \`MY_IDP_\`. Without OIDC_PROVIDERS there may be one provider, which is called \`oidc\`, and whose variables begin with \`OIDC_\`. \`<NAME>_CLIENT_SECRET\` can be given as a file, too. [How to set one up](guides/oidc.md).`;

/** What a schema says of itself. */
interface Described {
  readonly description?: string;
  readonly default?: unknown;
  readonly choices?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

function describe(name: string): string[] {
  const schema = (environmentVariables as Record<string, z.ZodType>)[name];
  if (schema === undefined) throw new Error(`There is no variable ${name}.`);
  return describeSchema(name, schema);
}

function describeSchema(name: string, schema: z.ZodType): string[] {
  const { description = "", default: standard, ...range } = readSchema(schema);
  return [`\`${name}\``, description, printDefault(name, standard), printRange(name, range)];
}

function readSchema(schema: z.ZodType): Described {
  // What is written, and what it becomes: the choices stand in the one, the bounds of numbers in the other.
  const [input, output] = (["input", "output"] as const).map(
    (io) => z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Described,
  );
  return { ...input, ...output, ...(input?.enum && { enum: input.enum }) };
}

function printDefault(name: string, standard: unknown): string {
  if (Array.isArray(standard)) return standard.length > 0 ? `\`${standard.join(",")}\`` : "none";
  if (typeof standard === "number") return printNumber(name, standard);
  if (typeof standard === "boolean") return `\`${standard}\``;
  if (typeof standard !== "string") return "";
  // A default that depends on others is told in words.
  return standard.includes(" ") || standard === "none" ? standard : `\`${standard}\``;
}

function printRange(name: string, { choices, enum: words, minimum, maximum }: Described): string {
  if (choices !== undefined) return choices;
  if (words?.includes("true")) return "`true`, `false`";
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(", ");
  return minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
    ? `${printNumber(name, minimum)} to ${printNumber(name, maximum)}`
    : "";
}

function printNumber(name: string, value: number): string {
  const [unit, size] = unitsOf(name).find(([, each]) => value >= each && value % each === 0) ?? [];
  if (unit === undefined || size === undefined) return String(value);
  const isOneDay = unit === "days" && value === size;
  return `${value} (${value / size} ${isOneDay ? "day" : unit})`;
}

function unitsOf(name: string): readonly (readonly [string, number])[] {
  if (name.includes("BYTES"))
    return [
      ["GiB", 2 ** 30],
      ["MiB", 2 ** 20],
      ["KiB", 2 ** 10],
    ];
  return name.endsWith("_SECONDS")
    ? [
        ["days", 86_400],
        ["h", 3600],
        ["min", 60],
      ]
    : [];
}
