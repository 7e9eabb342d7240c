import assert from "node:assert/strict";

import type { CrudCase } from "../crud-case.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";
import { freeTexts } from "./values.ts";

/** Rows as a file for spreadsheets. */
export const files: readonly CrudCase[] = [
  {
    title: "CRU-01: an export holds one's own rows only",
    skip: needs("create", "export"),
    async run(world) {
      const [ann, bob] = await world.people();
      await createWith(world, ann, "sesame");
      await createWith(world, bob, "poppy");
      assert.match(await textFor(world, ann), /sesame/, "The export does not hold one's own row.");
      assert.doesNotMatch(await textFor(world, bob), /sesame/, "The export holds somebody else's row.");
    },
  },
  {
    title: "CRU-41: a cell that a spreadsheet would run is escaped in what is exported",
    skip: needs("create", "export"),
    async run(world) {
      const ann = await world.person();
      for (const start of ["=", "+", "-", "@", "\t=", " ="]) await createWith(world, ann, `${start}sesame`);
      const text = await textFor(world, ann);
      assert.match(text, /sesame/, "The export does not hold one's own rows.");
      const formulas = text.match(/(?<=^|[,;\n])"?\s*[=+\-@]sesame/gm) ?? [];
      assert.deepEqual(formulas, [], "These cells are formulas.");
    },
  },
];

/** A row with this text in every field that takes it. */
async function createWith(world: CrudWorld, person: Person, text: string): Promise<void> {
  for (const [name] of freeTexts(world.scene.definition.create, world.scene.columns)) {
    await world.ask(person, "create", { ...world.sample(person.place), [name]: text });
  }
}

/** The text of a file, alone or as `text` of the answer. */
async function textFor(world: CrudWorld, person: Person): Promise<string> {
  const file = await world.get<unknown>(person, "export");
  const text = typeof file === "object" && file !== null && "text" in file ? file.text : file;
  assert.ok(typeof text === "string", "export does not answer with the text of a file.");
  return text;
}
