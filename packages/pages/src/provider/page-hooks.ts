import type { PageCalls } from "./page-calls.ts";

/**
 * What an app does around the pages' calls, by call: look at what is sent, change it, refuse it by throwing, act on the
 * answer. `proceed` makes the call.
 *
 *     hooks={{ register: async (proceed, input) => {
 *       const answer = await proceed({ ...input, username: input.username.toLowerCase() });
 *       track("registered");
 *       return answer;
 *     } }}
 */
export type PageHooks = {
  readonly [Name in keyof PageCalls]?: (
    proceed: PageCalls[Name],
    ...input: Parameters<PageCalls[Name]>
  ) => ReturnType<PageCalls[Name]>;
};
