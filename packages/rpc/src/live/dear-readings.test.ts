import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { createProcedures } from "../procedure/procedures.ts";
import { LiveView } from "../testing/live-view.ts";
import { startTestApp } from "../testing/test-app.ts";

import { livePage } from "./live-list.ts";

describeDatabases((dialect) => {
  test("however many dear lists one user shows, another's calls and lists are answered when they change", async () => {
    await using started = await startSearches(dialect, { readingMs: 40 });
    const { app, state, change } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using many = await ann.open();
    await using other = await bob.open();
    const searches = await Promise.all(
      Array.from({ length: 40 }, (_, n) => LiveView.open(many, "search", { key: `${n}` })),
    );
    const cheap = await LiveView.open(other, "cheap");
    await Promise.all([...searches, cheap].map((view) => view.until((rows) => rows.length === 1)));

    const from = performance.now();
    change();
    expect(await other.query("who")).toHaveProperty("result");
    await cheap.until(([row]) => row?.version === state.version);
    // All of them would take 1600 ms.
    expect(performance.now() - from).toBeLessThan(800);
    expect(searches.filter((view) => view.rows[0]?.version === state.version).length).toBeLessThan(20);
  });

  test("however many lists one user opens at once, another's is shown after a few of them, not after all", async () => {
    await using started = await startSearches(dialect, { readingMs: 40 });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using many = await ann.open();
    await using other = await bob.open();
    const searches = await Promise.all(
      Array.from({ length: 60 }, (_, n) => LiveView.open(many, "search", { key: `${n}` })),
    );
    const own = await LiveView.open(other, "search", { key: "own" });

    await own.until((rows) => rows.length === 1);

    // Their first readings take 2400 ms in all.
    expect(searches.filter((view) => view.rows.length === 1).length).toBeLessThan(40);
    await Promise.all(searches.map((view) => view.until((rows) => rows.length === 1)));
  });

  test("a dear list is shown its newest state after the rest, each in its turn", async () => {
    await using started = await startSearches(dialect, { readingMs: 25 });
    const { app, state, change } = started;
    await using socket = await (await app.signIn("ann")).open();
    const searches = await Promise.all(["a", "b", "c"].map((key) => LiveView.open(socket, "search", { key })));
    await Promise.all(searches.map((view) => view.until((rows) => rows.length === 1)));
    for (let times = 0; times < 5; times += 1) change();
    await Promise.all(searches.map((view) => view.until(([row]) => row?.version === state.version)));
    change();
    await Promise.all(searches.map((view) => view.until(([row]) => row?.version === state.version)));
    expect(searches.map((view) => view.rows)).toEqual(searches.map(() => [{ id: "a", version: 7 }]));
  });

  test("who may see something else than before is shown it at once, rest or not", async () => {
    await using started = await startSearches(dialect, { readingMs: 100 });
    const { app, state, change } = started;
    await using socket = await (await app.signIn("ann")).open();
    const view = await LiveView.open(socket, "search", { key: "a" });
    await view.until((rows) => rows.length === 1);

    const from = performance.now();
    change();
    // It rests for a second after its first reading: this change waits.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(view.frames.length).toBe(1);
    state.scope = "nothing";
    change();
    await view.until((rows) => rows.length === 0);
    expect(performance.now() - from).toBeLessThan(900);
  });
});

/** Lists whose reading keeps the processor busy for so long, and one that costs nothing. All of one topic. */
async function startSearches(
  dialect: Parameters<Parameters<typeof describeDatabases>[0]>[0],
  { readingMs }: { readonly readingMs: number },
) {
  const state = { version: 1, scope: "all" };
  const rows = () => (state.scope === "all" ? [{ id: "a", version: state.version }] : []);
  const { router, protectedProcedure } = createProcedures();
  const testRouter = router({
    who: protectedProcedure.query(({ ctx }) => ctx.user.username),
    cheap: protectedProcedure.subscription(({ ctx }) =>
      livePage(ctx, { reading: () => ({ key: "cheap", topics: ["tasks"], read: async () => ({ rows: rows() }) }) }),
    ),
    search: protectedProcedure
      .input((value) => value as { readonly key: string })
      .subscription(({ ctx, input }) =>
        livePage(ctx, {
          reading: () => ({
            key: `${state.scope} ${input.key}`,
            topics: ["tasks"],
            async read() {
              for (const begun = performance.now(); performance.now() - begun < readingMs;) await Promise.resolve();
              return { rows: rows() };
            },
          }),
        }),
      ),
  });
  const database = await dialect.create();
  const app = await startTestApp({ router: testRouter, databaseUrl: database.url });
  return {
    app,
    state,
    change: () => {
      state.version += 1;
      app.bus.publish({ kind: "topic", topic: "tasks" });
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
