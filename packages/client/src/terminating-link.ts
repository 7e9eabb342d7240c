import type { Operation, OperationResultObservable, TRPCLink } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

/** Sends one call and gives its results. */
export type SendOperation = (op: Operation) => OperationResultObservable<AnyRouter, unknown>;

/** Takes a link that ends a chain out of its chain, so that a call can be given to it directly. */
export function openLink(link: TRPCLink<AnyRouter>): SendOperation {
  const run = link({});
  return (op) => run({ op, next: refuseNext });
}

function refuseNext(): never {
  throw new Error("A terminating link passed a call on. Give openLink() a link such as httpLink or wsLink.");
}
