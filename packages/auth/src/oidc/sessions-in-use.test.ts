import { expect, test } from "vitest";

import { createSessionsInUse } from "./sessions-in-use.ts";

test("a session is in use for some minutes after a call, and then no more", () => {
  let now = 0;
  const inUse = createSessionsInUse({ now: () => now });
  inUse.note("ann");
  const listed = (atSeconds: number) => {
    now = atSeconds * 1000;
    return [...inUse.list()].toSorted();
  };
  expect(listed(149)).toEqual(["ann"]);
  expect(listed(151)).toEqual(["ann"]);
  inUse.note("bob");
  expect(listed(290)).toEqual(["ann", "bob"]);
  expect(listed(302)).toEqual(["bob"]);
  inUse.note("bob");
  // Nobody has looked for long, and the clock may be set back.
  expect(listed(1000)).toEqual([]);
  inUse.note("ann");
  expect(listed(-5000)).toEqual([]);
});

test("a session that was used a moment ago is in use, however long nobody has looked", () => {
  let now = 0;
  const inUse = createSessionsInUse({ now: () => now });
  inUse.note("ann");
  now = 310_000;
  inUse.note("bob");
  now = 320_000;
  expect([...inUse.list()]).toEqual(["bob"]);
});
