import type { RowsRouter } from "./rows-router.ts";

/**
 * Where a router is mounted, as in `"task"` of `rpc.task`; null for what is not tRPC's. Each `useUtils` makes clients of its
 * own, so that the objects differ where the router is one.
 */
export function routerPath(router: RowsRouter): string | null {
  // tRPC's proxies name their path when they are made a text. A test holds it to that.
  // oxlint-disable-next-line typescript/no-base-to-string
  return /^tRPC\.proxy\((.+)\)$/.exec(String(router))?.[1] ?? null;
}
