import { expectTypeOf, test } from "vitest";

import type { FixtureTab } from "../test/fixture-browser.ts";
import type { Task } from "../test/fixture-state.ts";

import { createLiveList } from "./live-list.ts";
import { createRowActions } from "./row-actions.ts";

type Session = FixtureTab["client"];
type Router = FixtureTab["rpc"]["task"];

/** Is compiled, and never called: what is wrong here is wrong before anything runs. */
export function compile(session: Session, router: Router) {
  const list = createLiveList(session, router, { filter: { state: { in: ["todo"] } }, order: { by: "rank" } });
  const [row] = list.get().rows;
  expectTypeOf(row?.title).toEqualTypeOf<string | undefined>();
  expectTypeOf(row?.$pending?.phase).toEqualTypeOf<"waiting" | "sending" | "checking" | undefined>();
  // @ts-expect-error -- no such column is declared
  list.setFilter({ nope: { eq: 1 } });
  // @ts-expect-error -- no such comparison is declared
  list.setFilter({ state: { gt: "todo" } });
  // @ts-expect-error -- no such order is declared
  list.setOrder({ by: "createdAt" });
  // @ts-expect-error -- no such column is declared
  createLiveList(session, router, { filter: { nope: { eq: 1 } } });
  // @ts-expect-error -- no such state is declared
  createLiveList(session, router, { filter: { state: { eq: "half" } } });

  const actions = createRowActions(session, router);
  void actions.create({ title: "tea" }, { preview: { title: "tea", state: "todo", rank: 1, createdAt: "" } });
  // @ts-expect-error -- a preview is all of a row that is shown
  void actions.create({ title: "tea" }, { preview: { title: "tea" } });
  // @ts-expect-error -- the title has to be given
  void actions.create({ state: "todo" });
  // @ts-expect-error -- the key is the client's
  void actions.create({ title: "tea", key: "mine" });
  if (row) void actions.update(row, { state: "done" });
  // @ts-expect-error -- the version is that of the row
  if (row) void actions.update(row, { version: 7 });
  // @ts-expect-error -- not a field of it
  if (row) void actions.update(row, { nope: 7 });
}

test("rows, filters, orders and fields are typed by the router, without a cast or a type argument", () => {
  type Actions = ReturnType<typeof createRowActions<Router>>;
  type Outcome = Awaited<ReturnType<Actions["update"]>>;
  expectTypeOf<Extract<Outcome, { status: "conflict" }>["current"]>().toExtend<Task>();
});
