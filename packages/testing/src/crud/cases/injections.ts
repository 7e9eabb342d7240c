import assert from "node:assert/strict";

import type { Answer } from "../answer.ts";
import { atOnce } from "../at-once.ts";
import type { CrudCase } from "../crud-case.ts";
import type { Values } from "../crud-options.ts";
import { type CrudWorld, transports } from "../crud-world.ts";

import { needs } from "./needs.ts";

/** Pieces of SQL as tools try them: they end a string, a bracket or a statement, add a condition, or break the grammar. */
const corpus = [
  "'",
  "''",
  '"',
  "`",
  "\\'",
  "' OR '1'='1",
  "' OR 1=1 --",
  '" OR ""="',
  "') OR ('1'='1",
  "')) OR 1=1--",
  "1; SELECT pg_sleep(3)--",
  "'; SELECT pg_sleep(3);--",
  "' || pg_sleep(3) || '",
  "' AND randomblob(500000000) IS NOT NULL --",
  "' UNION SELECT password_hash FROM users --",
  "' UNION ALL SELECT NULL,NULL,NULL--",
  "'; DROP TABLE users; --",
  "1) OR EXISTS(SELECT 1 FROM users) --",
  "/**/OR/**/1=1",
  "%' OR '%'='",
  "$1",
  "?1",
  ":id",
  "@x",
  "$$; select 1; $$",
  "E'\\x27'",
  "U&'\\0027'",
  "\u02bc OR 1=1",
  "%27%20OR%201=1",
  "CAST(version() AS int)",
];

/** What databases say when they were made to read what a caller wrote. */
const databaseWords =
  /syntax error|SQLITE_|sqlite3?\b|postgres|pg_catalog|unrecognized token|unterminated|near "|relation "|column ".*" does not exist/i;

/** Stands in for a scanner: in every place a text can be given, over both transports. */
export const injections: readonly CrudCase[] = [
  {
    title:
      "CRU-27: no piece of SQL, wherever it is given, changes what is answered, slows it or is heard of by the database",
    skip: needs("list", "create"),
    async run(world) {
      const [ann, bob] = await world.people();
      const row = await world.create(ann);
      await world.create(bob, 2);
      const before = [await world.stored(row.id), await world.idsOf(ann)];
      const own = new Set(await world.idsOf(bob));
      const texts = corpus.filter((_, index) => !world.isQuick || index % 6 === 0);
      for (const [index, text] of texts.entries()) {
        const start = performance.now();
        await atOnce(placesFor(world, bob.place, text).entries(), async ([place, [action, input]]) => {
          // By turns, so that every place is tried over both.
          const transport = transports[(index + place) % 2] ?? "call";
          const answer = await world.ask(bob, action, input, transport);
          assertHarmless(answer, action, own, `${action} of ${JSON.stringify(input)} over ${transport}`);
        });
        const took = performance.now() - start;
        assert.ok(took < 3000, `What was asked with ${text} took ${took.toFixed()} ms.`);
      }
      assert.deepEqual(
        [await world.stored(row.id), await world.idsOf(ann)],
        before,
        "Somebody else's rows were changed.",
      );
    },
  },
];

function placesFor(world: CrudWorld, place: unknown, text: string): readonly [string, Values][] {
  const { filters, orders, accepts } = world.scene.definition.query;
  const lists: Values[] = [
    { cursor: text },
    { cursor: Buffer.from(JSON.stringify([orders[0], "asc", text, text])).toString("base64url") },
    { order: { by: text } },
    { order: { by: orders[0], direction: text } },
    ...(accepts.has("search") ? [{ search: text }] : []),
    ...Object.entries(filters).flatMap(([name, operators]) =>
      operators.map((operator) => ({ filter: { [name]: { [operator]: operator === "in" ? [text] : text } } })),
    ),
    { filter: { [text]: { eq: text } } },
    { limit: text },
    { offset: text },
  ];
  const named: [string, Values][] = ["get", "remove", "restore", "purge"].map((action) => [action, { id: text }]);
  return [
    ...lists.map((input): [string, Values] => ["list", input]),
    ...named.filter(([action]) => world.offers(action)),
    ["create", { ...world.sample(place), key: text }],
    ["create", { ...world.sample(place), [text]: text }],
  ];
}

function assertHarmless({ data, text, refusal }: Answer, action: string, own: ReadonlySet<string>, what: string): void {
  const said = refusal ? text : "";
  assert.doesNotMatch(said, databaseWords, `${what} was answered in the words of a database.`);
  if (action !== "list" || refusal) return;
  // The cast: a list that succeeds answers with rows.
  const { rows } = data as { readonly rows: readonly { readonly id: string }[] };
  assert.ok(
    rows.every(({ id }) => own.has(id)),
    `${what} answered with somebody else's row.`,
  );
}
