import type { TRPCLink } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";
import { observable } from "@trpc/server/observable";

import { type CallParts, startCall } from "./call.ts";

/** The one link of a session client, and the last of its chain: every call made through it is seen through by `startCall`. */
export function createSessionLink(parts: CallParts): TRPCLink<AnyRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => startCall(op, observer, parts));
}
