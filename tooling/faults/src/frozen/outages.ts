import { readFileSync } from "node:fs";

import { type Topology, withDatabase } from "@app/workload";

/** A way in which PostgreSQL is there and does not answer. */
export interface Outage {
  readonly name: string;
  /** How long it lasts in the long form; in the short one no longer than it takes to be noticed. */
  readonly seconds: number;
  /** Begins it, and returns the way to end it. */
  begin(topology: Topology): Promise<() => Promise<void>>;
}

const hanging: Outage = {
  name: "hangs (SIGSTOP)",
  seconds: 30,
  async begin({ postgres }) {
    const postmaster = postgres?.pid() ?? 0;
    const pids = [postmaster, ...childrenOf(postmaster)];
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    return async () => {
      // Those that were on their way were begun by processes that stood still: there are no others.
      for (const pid of pids) process.kill(pid, "SIGCONT");
    };
  },
};

/** What is on its way arrives when the network is back, as by TCP it does, whoever has given up waiting for it. */
const swallowing: Outage = {
  name: "is behind a network that swallows",
  seconds: 60,
  async begin({ databaseNetwork, busNetwork }) {
    for (const network of [databaseNetwork, busNetwork]) network?.set({ paused: "both" });
    return async () => {
      for (const network of [databaseNetwork, busNetwork]) network?.set({});
    };
  },
};

const crowded: Outage = {
  name: "takes no more connections",
  seconds: 20,
  async begin({ postgres, databaseNetwork, busNetwork }) {
    const url = postgres?.url ?? "";
    const [row] = await withDatabase(url, (read) => read("show max_connections"));
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    // The servers are kept away until all the room is others'.
    for (const network of [databaseNetwork, busNetwork]) network?.refuse();
    for (const network of [databaseNetwork, busNetwork]) network?.cut();
    const others = Array.from({ length: Number(row?.["max_connections"]) }, () => occupy(url, ended));
    await Promise.all(others.map(({ isIn }) => isIn));
    for (const network of [databaseNetwork, busNetwork]) network?.accept();
    return async () => {
      end();
      await Promise.all(others.map(({ isOver }) => isOver));
    };
  },
};

export const outages: readonly Outage[] = [hanging, swallowing, crowded];

/** Somebody keeps tables locked: whoever wants to write has the one connection and waits, and all others wait for both. */
export const lockedOut: Outage = {
  name: "has one connection, whose transaction waits for a lock",
  seconds: 20,
  async begin({ databaseUrl }) {
    const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const holder = withDatabase(databaseUrl, async (run) => {
      await run("begin");
      await run("lock table notes, tasks in exclusive mode");
      hold();
      await ended;
      await run("rollback");
    });
    await Promise.race([isHeld, holder]);
    return async () => {
      end();
      await holder;
    };
  },
};

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

function occupy(url: string, ended: Promise<void>): { readonly isIn: Promise<void>; readonly isOver: Promise<void> } {
  const { promise: isIn, resolve: come } = Promise.withResolvers<void>();
  const isOver = withDatabase(url, async () => {
    come();
    await ended;
  });
  return { isIn: Promise.race([isIn, isOver]), isOver };
}
