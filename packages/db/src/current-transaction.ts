import { AsyncLocalStorage } from "node:async_hooks";

import type { TransactionScope } from "./transaction-scope.ts";

/** Knows whether the running code is inside a transaction's body. */
export interface CurrentTransaction {
  run<Result>(scope: TransactionScope, body: () => Promise<Result>): Promise<Result>;
  isOpen(): boolean;
  /** @throws inside a transaction's body: what goes round its `tx` would not be part of it, or wait for it for ever */
  refuse(what: string): void;
}

export function trackCurrentTransaction(): CurrentTransaction {
  const current = new AsyncLocalStorage<TransactionScope>();
  const isOpen = () => current.getStore()?.isOpen ?? false;
  return {
    run: (scope, body) => current.run(scope, body),
    isOpen,
    refuse(what) {
      if (!isOpen()) return;
      throw new Error(`${what} goes round the transaction that is open here. Use the \`tx\` that its body was given.`);
    },
  };
}
