import type { z } from "zod";

import { mostKeys } from "@countersign/auth";

/** A key of the session's data, and what the browser may do with it. */
export interface SessionDataKey<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /** `none`: it never leaves the server. `read`: it is shown, live. `write`: `session.data.set` may change it as well. */
  readonly browser: "none" | "read" | "write";
}

/** The keys an app keeps with its sessions. */
export type SessionDataKeys = Readonly<Record<string, SessionDataKey>>;

/** The values by key. */
export type SessionDataOf<Keys extends SessionDataKeys> = {
  [Key in keyof Keys]: Keys[Key] extends SessionDataKey<infer Schema> ? z.output<Schema> : never;
};

/** A key as it is declared: a schema alone is the server's own business. */
type Declared = z.ZodType | { readonly schema: z.ZodType; readonly browser: "read" | "write" };

type KeysOf<Given extends Readonly<Record<string, Declared>>> = {
  readonly [Key in keyof Given]: Given[Key] extends z.ZodType
    ? SessionDataKey<Given[Key]>
    : Given[Key] extends { readonly schema: infer Schema extends z.ZodType }
      ? SessionDataKey<Schema>
      : never;
};

const pattern = /^[A-Za-z][\w.-]{0,63}$/;

/**
 * Declares what an app keeps with its sessions. What is to be seen in the browser says so, and what may be set there as well:
 *
 *     defineSessionData({
 *       theme: { schema: z.enum(["light", "dark"]), browser: "write" },
 *       basketId: z.uuid(),
 *     })
 *
 * @throws on a malformed name, and beyond a hundred of them.
 */
export function defineSessionData<const Given extends Readonly<Record<string, Declared>>>(given: Given): KeysOf<Given> {
  const names = Object.keys(given);
  if (names.length > mostKeys) throw new Error(`A session keeps at most ${mostKeys} keys. Declare fewer.`);
  const malformed = names.find((name) => !pattern.test(name));
  if (malformed !== undefined) {
    throw new Error(`"${malformed}" can't be a key. Begin with a letter; then letters, digits, ".", "-" or "_".`);
  }
  const keys = Object.entries(given).map(([name, declared]) => [name, toKey(declared)]);
  // The cast: `fromEntries` forgets which name has which schema.
  return Object.freeze(Object.fromEntries(keys)) as KeysOf<Given>;
}

function toKey(declared: Declared): SessionDataKey {
  return "browser" in declared ? declared : { schema: declared, browser: "none" };
}

/** The keys the browser may see. */
export function shownKeys(keys: SessionDataKeys): SessionDataKeys {
  return Object.fromEntries(Object.entries(keys).filter(([, { browser }]) => browser !== "none"));
}

/** The values that fit their keys' schemas. What was kept under another schema is none. */
export function pickFitting(keys: SessionDataKeys, values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const fitting = Object.entries(keys).flatMap(([key, { schema }]) => {
    const parsed = values.has(key) ? schema.safeParse(values.get(key)) : null;
    return parsed?.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(fitting);
}
