import { expect, test } from "vitest";

import { coreTables, extendTables } from "@countersign/db";

import { operandSchema } from "./operators.ts";

const { postgres } = extendTables(coreTables, ({ table, id, text, count }, { users }) => {
  const countries = table("countries", { id: id("id").primaryKey(), name: text("name").notNull() });
  const ships = table("ships", {
    id: id("id").primaryKey(),
    ownerId: id("owner_id").references(() => users.id),
    flagId: id("flag_id").references(() => countries.id),
    registerId: text("register_id"),
    version: count("version").notNull(),
  });
  const crew = table("crew", { id: id("id").primaryKey(), shipId: id("ship_id").references(() => ships.id) });
  return { countries, ships, crew };
});
const { ships, crew } = postgres;
const anId = crypto.randomUUID();

test.each([
  ["a row's own id", ships.id],
  ["a reference to a user", ships.ownerId],
  ["a reference to a row", crew.shipId],
])("CRU-25, CRU-27: %s is compared with ids only", (_, column) => {
  for (const wrong of ["x' or 1=1", "", "1", null, 7]) {
    expect(operandSchema("eq", column).safeParse(wrong).success).toBe(false);
    expect(operandSchema("in", column).safeParse([anId, wrong]).success).toBe(false);
  }
  expect(operandSchema("eq", column).parse(anId)).toBe(anId);
  expect(operandSchema("in", column).parse([anId])).toEqual([anId]);
});

test.each([
  ["a key of the app's own making", ships.flagId],
  ["a text that another register calls an id", ships.registerId],
])("%s is compared with any text", (_, column) => {
  expect(operandSchema("eq", column).parse("de")).toBe("de");
});
