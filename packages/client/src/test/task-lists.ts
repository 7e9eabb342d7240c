import { createLiveList, createRowActions, type LiveListOptions } from "../index.ts";

import { type FixtureTab, until } from "./fixture-browser.ts";
import { startFixture } from "./start-fixture.ts";

type TaskRouter = FixtureTab["rpc"]["task"];

/** Tasks on a fixture of their own, as one tab shows them. */
export async function openTasks(titles: readonly string[] = ["a", "b", "c"]) {
  const fixture = await startFixture();
  for (const [rank, title] of titles.entries()) fixture.state.setTask({ id: `${rank + 1}`, title, rank });
  const tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const stops: (() => void)[] = [];
  const actions = createRowActions(tab.client, tab.rpc.task);

  return {
    ...fixture,
    tab,
    actions,
    turns: createTurns(fixture.server.behaviour),
    /** A list that is watched, as a text of its rows. */
    async list(options: LiveListOptions<TaskRouter> = { order: { by: "rank" } }) {
      const list = createLiveList(tab.client, tab.rpc.task, options);
      const shown = () => list.get().rows.map(describe).join(" ");
      const seen: string[] = [];
      stops.push(list.subscribe(() => shown() !== seen.at(-1) && seen.push(shown())));
      await until(list, ({ status }) => status === "ready");
      return {
        list,
        seen,
        get shown() {
          return shown();
        },
        /** Waits until it shows just these. */
        shows: (text: string) => until(list, () => shown() === text),
        row(title: string) {
          const row = list.get().rows.find((each) => each.title === title);
          if (!row) throw new Error(`There is no "${title}" in: ${shown()}.`);
          return row;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop();
      tab.client.close();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

type Shown = { readonly title: string; readonly $pending?: { readonly action: string; readonly phase: string } };

/** As in `tea` or `tea?update:sending`. */
function describe({ title, $pending }: Shown): string {
  return $pending ? `${title}?${$pending.action}:${$pending.phase}` : title;
}

/** Holds procedures back at a turn until it is let on, as in `"update answers"`. */
function createTurns(behaviour: { taskTurns: (turn: string) => Promise<void> | void }) {
  const held = new Map<string, PromiseWithResolvers<void>>();
  const reached: string[] = [];
  behaviour.taskTurns = (turn) => {
    reached.push(turn);
    return held.get(turn)?.promise;
  };
  return {
    reached,
    hold: (turn: string) => void held.set(turn, Promise.withResolvers()),
    letOn(turn: string) {
      held.get(turn)?.resolve();
      held.delete(turn);
    },
  };
}
