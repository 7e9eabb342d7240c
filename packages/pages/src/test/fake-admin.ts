import { vi } from "vitest";

import type { SessionClient } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";

/** The server of the admin's pages, as a test decides: what is called is recorded by its name on the wire. */
export function createFakeAdmin() {
  const call = vi.fn<(path: string, input: unknown) => unknown>().mockResolvedValue({});
  const watchers = new Set<Watcher>();

  async function answer(op: LinkInput["op"], observer: Observer) {
    try {
      observer.next({ result: { data: await call(op.path, op.input) } });
      observer.complete();
    } catch (error) {
      observer.error(error);
    }
  }

  const link =
    () =>
    ({ op }: LinkInput) => ({
      subscribe(observer: Observer) {
        if (op.type === "subscription") {
          const watcher: Watcher = { path: op.path, input: op.input, tell: observer.next, refuse: observer.error };
          watchers.add(watcher);
          return { unsubscribe: () => void watchers.delete(watcher) };
        }
        void answer(op, observer);
        return { unsubscribe() {} };
      },
    });

  return {
    // The client uses no more of a link than this.
    link: link as unknown as ReturnType<SessionClient["links"]>[number],
    call,
    /** What is asked for live just now, by the names of the procedures. */
    watched: () => [...watchers].map(({ path, input }) => ({ path, input })),
    /** Sends whole lists to those who watch this procedure. */
    push(path: string, rows: readonly LiveRow[], total?: number) {
      const found = [...watchers].filter((watcher) => watcher.path === path);
      if (found.length === 0) throw new Error(`Nobody watches ${path}.`);
      for (const { tell } of found) {
        tell({ result: { type: "data", data: { id: "1", data: { type: "list", rows, total } } } });
      }
    },
    /** Refuses a list to those who watch it. */
    refuse(path: string, error: unknown) {
      for (const watcher of watchers) if (watcher.path === path) watcher.refuse(error);
    },
  };
}

interface LinkInput {
  readonly op: { readonly type: string; readonly path: string; readonly input: unknown };
}

interface Observer {
  readonly next: (envelope: object) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

interface Watcher {
  readonly path: string;
  readonly input: unknown;
  readonly tell: Observer["next"];
  readonly refuse: Observer["error"];
}
