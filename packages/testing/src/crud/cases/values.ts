import assert from "node:assert/strict";

import { assertRefused, dataOf } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import type { CrudScene } from "../crud-scene.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";
import { freeTextOf, innermost } from "../zod-shape.ts";

import { allOf, needs } from "./needs.ts";

const texts = [
  "\u202Eright to left\u202C שלום",
  "abc \u202efdp.exe",
  "left\u200e and right\u200f marks",
  "👩‍👩‍👧‍👦 😀",
  "𝒳𠀀 four bytes",
  "e\u0301 is not é",
  "Ǆ ẞ ı İ",
  "tab\tand\nline",
  "bell\u0007 and escape\u001b[31m",
  "byte order\ufeff mark",
  "zero\u200bwidth",
  "\u0000",
  "in the mid\u0000dle",
  "half \ud83d a pair",
  "\udc00",
  "'; DROP TABLE users; --",
  "<script>alert(1)</script>",
  "${7*7} {{7*7}} %s %n",
  "\\",
  "%",
];

/** What looks like nothing: where a blank is refused because something must be there, so is this. */
const invisible = [
  "\u200b",
  "\u2060",
  "\ufeff",
  "\u3164",
  "\u115f",
  "\uffa0",
  "\u2800",
  "\ufe0f",
  "\u202e",
  "\u00ad",
  "\u{e0020}",
];

/** What may be in a text, a number and a date. */
export const values: readonly CrudCase[] = [
  {
    title:
      "CRU-21: every text is stored as it is or refused, on both databases, and longer ones than allowed are refused",
    skip: allOf(needs("create", "get"), ({ definition, columns }) =>
      freeTexts(definition.create, columns).length === 0 ? "no field takes any text" : null,
    ),
    async run(world) {
      const ann = await world.person();
      for (const [name, max] of freeTexts(world.scene.definition.create, world.scene.columns)) {
        for (const text of texts) await assertKept(world, ann, name, text);
        await assertKept(world, ann, name, "plain", { mustBeTaken: true });
        await assertKept(world, ann, name, "😀 𠀀 \u05d0", { mustBeTaken: true });
        await assertVisible(world, ann, name);
        assert.ok(max !== null, `${name} takes texts of any length.`);
        if (max > 50_000) continue;
        await assertKept(world, ann, name, "x".repeat(max), { mustBeTaken: true });
        const longer = { ...world.sample(ann.place), [name]: "x".repeat(max + 1) };
        assertRefused(
          await world.ask(ann, "create", longer),
          "BAD_REQUEST",
          `create with ${max + 1} characters in ${name}`,
        );
      }
    },
  },
  {
    title: "CRU-22: a number is a number that both databases keep, and a date is a date",
    skip: allOf(needs("create", "get"), ({ definition, columns }) =>
      ofType(definition.create, columns, "number", "date", "boolean").length === 0
        ? "no field takes a number, a date or a flag"
        : null,
    ),
    async run(world) {
      const ann = await world.person();
      const { definition, columns } = world.scene;
      for (const name of ofType(definition.create, columns, "number")) {
        for (const raw of ['"1"', '""', "1e999", "-1e999", "9007199254740993", "true", "[1]", '{"$gt":0}', '"NaN"']) {
          assertRefused(await createRaw(world, ann, name, raw), "BAD_REQUEST", `create with ${name}: ${raw}`);
        }
        const zero = await createRaw(world, ann, name, "-0");
        if (!zero.refusal) assert.equal(Object.is((zero.data as CrudRow)[name], -0), false, `-0 was kept in ${name}.`);
      }
      for (const name of ofType(definition.create, columns, "boolean")) {
        for (const raw of ["0", "1", '"true"', '""', "[]"]) {
          assertRefused(await createRaw(world, ann, name, raw), "BAD_REQUEST", `create with ${name}: ${raw}`);
        }
      }
      for (const name of ofType(definition.create, columns, "date")) {
        for (const raw of noDates) {
          assertRefused(await createRaw(world, ann, name, raw), "BAD_REQUEST", `create with ${name}: ${raw}`);
        }
        const instant = "2028-02-29T23:59:59.999Z";
        const row = dataOf<CrudRow>(await createRaw(world, ann, name, JSON.stringify(instant)), `create with ${name}`);
        assert.equal((await world.get(ann, "get", { id: row.id }))[name], instant, `${name} was not kept.`);
      }
    },
  },
];

const noDates = [
  '"0000-01-01T00:00:00Z"',
  '"10000-01-01T00:00:00Z"',
  '"+010000-01-01T00:00:00Z"',
  '"-000001-01-01T00:00:00Z"',
  '"2027-02-29T00:00:00Z"',
  '"2027-13-01T00:00:00Z"',
  '"2027-01-01T24:61:00Z"',
  '"2027-01-01"',
  '"yesterday"',
  '""',
  "0",
  "1e999",
  "true",
  "[]",
];

/** Stored as it is, blanks at the ends apart, or refused. */
async function assertKept(
  world: CrudWorld,
  person: Person,
  name: string,
  text: string,
  { mustBeTaken = false } = {},
): Promise<void> {
  const answer = await world.ask(person, "create", { ...world.sample(person.place), [name]: text });
  const what = `create with ${name}: ${JSON.stringify(text.slice(0, 40))}`;
  if (answer.refusal && !mustBeTaken) {
    assertRefused(answer, "BAD_REQUEST", what);
    return;
  }
  const { id } = dataOf<CrudRow>(answer, what);
  const kept = (await world.get(person, "get", { id }))[name];
  assert.ok(kept === text || kept === text.trim(), `${what} was kept as ${JSON.stringify(kept)}.`);
}

async function assertVisible(world: CrudWorld, person: Person, name: string): Promise<void> {
  const createWith = (text: string) => world.ask(person, "create", { ...world.sample(person.place), [name]: text });
  if (!(await createWith(" ")).refusal) return;
  for (const text of invisible) {
    assertRefused(
      await createWith(text),
      "BAD_REQUEST",
      `create with nothing to see in ${name}: U+${text.codePointAt(0)?.toString(16)}`,
    );
  }
}

function createRaw(world: CrudWorld, person: Person, name: string, raw: string) {
  const { [name]: _, ...others } = world.sample(person.place);
  const rest = JSON.stringify(others).slice(1, -1);
  return person.callRaw("mutation", world.pathOf("create"), `{"${name}":${raw}${rest === "" ? "" : `,${rest}`}}`);
}

/** The fields that take any text, and how long it may be. */
export function freeTexts(fields: Fields, columns: Columns): readonly [string, number | null][] {
  return Object.entries(fields).flatMap(([name, schema]) => {
    const text = freeTextOf(schema);
    return text && columns[name]?.dataType === "string" ? [[name, text.max] as [string, number | null]] : [];
  });
}

function ofType(fields: Fields, columns: Columns, ...types: readonly string[]): readonly string[] {
  return Object.entries(fields).flatMap(([name, schema]) =>
    innermost(schema) && types.includes(columns[name]?.dataType ?? "") ? [name] : [],
  );
}

type Fields = Readonly<Record<string, unknown>>;
type Columns = CrudScene["columns"];
