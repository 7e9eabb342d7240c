import type { Report } from "../benchmark.ts";
import { quantile } from "../report/statistics.ts";
import type { SideProcess } from "../side/start-side.ts";
import { createBenchAccounts } from "../sides/countersign-accounts.ts";
import { createMembers } from "../sides/countersign-members.ts";

import { floodLogins, type LoginFlood } from "./flood-logins.ts";
import {
  callsPerSecondOfEach,
  type FloodedOutcome,
  type FloodOptions,
  measureFloods,
  rowsOf,
} from "./measure-floods.ts";

export interface LoginFloodOptions extends FloodOptions {
  /** How many sign in at once. */
  readonly logins?: number;
}

/** Do others wait while very many people sign in at once, each costing tens of milliseconds of hashing? */
export async function benchLoginFlood(options: LoginFloodOptions): Promise<Report> {
  const { rounds = 3, seconds = 3, connections = 100, logins = 200 } = options;
  const outcomes = await measureFloods({
    ...options,
    rounds,
    seconds,
    async plan(databaseUrl) {
      const members = await createMembers(
        databaseUrl,
        Array.from({ length: connections }, () => 1),
      );
      const accounts = await createBenchAccounts(databaseUrl, logins);
      const prepare =
        async ({ port }: SideProcess) =>
        () =>
          floodLogins(port, accounts);
      return { members, floods: [{ name: "all sign in", prepare }] };
    },
  });
  return report(outcomes, { connections, logins });
}

function report(
  outcomes: readonly FloodedOutcome<LoginFlood>[],
  setting: { readonly connections: number; readonly logins: number },
): Report {
  const loginRows = outcomes.map(({ database, rounds }) => {
    const floods = rounds.flatMap(({ flooded }) => flooded.map(({ outcome }) => outcome));
    const waits = floods.flatMap(({ ms }) => ms);
    const perSecond = floods.map(({ ms, seconds }) => ms.length / seconds);
    return [database, waits.length, quantile(waits, 0.5), quantile(waits, 1), quantile(perSecond, 0.5)];
  });
  return {
    tables: [
      {
        title: `Calls of ${setting.connections} users while ${setting.logins} others sign in at once, ms`,
        columns: ["", "calls", "p50", "p99", "max"],
        rows: rowsOf(outcomes, "nobody signs in").map(({ name, spread: { count, p50, p99, max } }) => [
          name,
          count,
          p50,
          p99,
          max,
        ]),
      },
      {
        title: "The sign-ins, ms",
        columns: ["", "sign-ins", "p50", "max", "a second"],
        rows: loginRows,
      },
    ],
    notes: [
      `Each of the users calls ${callsPerSecondOfEach} times a second, whether or not the last call has been answered; the session is read and a permission checked for every call.`,
      "The server is what `pnpm build` makes. Every sign-in succeeded. They are hashed one at a time in a thread of their own, so the last one waits for all: that is the price of the others not waiting.",
      "Wanted: p99 of the calls below 50 ms while all sign in.",
    ],
    figures: outcomes,
  };
}
