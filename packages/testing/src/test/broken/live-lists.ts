import { crudRouter, noteOptions, notes, procedures, taskOptions, tasks } from "../routers.ts";

import type { BrokenRouters } from "./broken.ts";
import { found } from "./found.ts";
import { healthy, inputOf, sentAgain } from "./healthy.ts";
import { open } from "./open.ts";

const { protectedProcedure } = procedures;

/** Live lists that are others'. */
export const brokenLiveLists: BrokenRouters = {
  "a live list of everybody's rows": {
    rows: "notes",
    procedures: { ...notes, live: open.live },
    fails: [found.liveLists, found.transfer, found.atDelivery],
  },
  "live lists that share what is one user's": {
    rows: "notes",
    procedures: {
      ...notes,
      live: crudRouter({
        ...noteOptions,
        scope: {
          ...noteOptions.scope,
          grant: async (...args) => ({ ...(await noteOptions.scope.grant(...args)), key: "all" }),
        },
      }).live,
    },
    fails: [found.liveLists, found.transfer],
  },
  "a live list under the rights of its beginning": {
    rows: "notes",
    procedures: { ...notes, live: frozenLive() },
    fails: [found.atDelivery],
  },
  "a live list that forgets its filter": {
    rows: "notes",
    procedures: {
      ...notes,
      live: protectedProcedure.input(inputOf(notes.live).optional()).subscription(({ ctx, input }) => {
        const { filter: _, ...rest } = input ?? {};
        return healthy(ctx).note.live(sentAgain(rest));
      }),
    },
    fails: [found.filterAtDelivery],
  },
  "a live list with the rights of others": {
    rows: "tasks",
    procedures: {
      ...tasks,
      live: crudRouter({
        ...taskOptions,
        scope: {
          ...taskOptions.scope,
          async grant(...args) {
            const grant = await taskOptions.scope.grant(...args);
            return { ...grant, key: grant.topics.filter((topic) => topic.includes("tasks")).join(" ") };
          },
        },
      }).live,
    },
    fails: [found.fieldsAtOnce],
  },
  "a column for some that goes to all": {
    rows: "tasks",
    procedures: { ...tasks, live: crudRouter({ ...taskOptions, show: ["createdAt", "cost"], showTo: {} }).live },
    fails: [found.shown, found.liveLists, found.fieldsAtOnce],
  },
};

function frozenLive() {
  const { scope } = noteOptions;
  const grants = new Map<string, ReturnType<typeof scope.grant>>();
  return crudRouter({
    ...noteOptions,
    scope: {
      ...scope,
      grant(who, ...rest) {
        const grant = grants.get(who.user.id) ?? scope.grant(who, ...rest);
        grants.set(who.user.id, grant);
        return grant;
      },
    },
  }).live;
}
