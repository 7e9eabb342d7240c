import { setTimeout as pause } from "node:timers/promises";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { median } from "../report/statistics.ts";
import { ScratchFolder } from "../scratch-folder.ts";
import { startSide } from "../side/start-side.ts";
import { createMembers } from "../sides/countersign-members.ts";

import { Audience } from "./audience.ts";

export interface PushOptions extends BenchmarkOptions {
  readonly pushesPerRound?: number;
}

/** What one round of pushes took. */
interface Round {
  readonly serverMicrosecondsPerFrame: number;
  /** From the commit of the change to its frame on the last socket: of each push. */
  readonly msToLast: readonly number[];
}

/** What it costs to show a change to many sockets, and how long the last one waits. */
export async function benchPush(options: PushOptions): Promise<Report> {
  const { rounds = 7, pushesPerRound = 20, connections: sockets = 1000, profileFolder, tell } = options;
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();
  const databaseUrl = `sqlite:${scratch.file("push.db")}`;
  const [single, many] = await createMembers(databaseUrl, [1, sockets]);
  if (!single || !many) throw new Error("Two users were asked for.");

  const start = async (name: "raw" | "trpc" | "countersign") =>
    stack.use(await startSide({ name, databaseUrl }, { profileFolder }));
  const countersign = await start("countersign");
  const ofSingle = Array.from({ length: sockets }, () => single.sessions[0]?.cookie ?? "");
  const ofMany = many.sessions.map(({ cookie }) => cookie);
  const nobody = Array.from({ length: sockets }, () => null);
  const audiences = [
    await Audience.open("raw ws, one text to all", await start("raw"), { cookies: nobody, userId: null }),
    await Audience.open("tRPC, a generator each", await start("trpc"), { cookies: nobody, userId: null }),
    await Audience.open("Countersign, one session", countersign, { cookies: ofSingle, userId: single.userId }),
    await Audience.open(`Countersign, ${sockets} sessions`, countersign, { cookies: ofMany, userId: many.userId }),
  ];

  const measured = audiences.map((): Round[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    tell(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
    for (const [index, audience] of audiences.entries()) {
      const found = await measureRound(audience, pushesPerRound);
      if (round > 0) measured[index]?.push(found);
    }
  }
  for (const audience of audiences) audience.close();
  return report(audiences, measured, { rounds, pushesPerRound, sockets });
}

async function measureRound(audience: Audience, pushes: number): Promise<Round> {
  const before = await audience.side.readUsage();
  const msToLast: number[] = [];
  for (let push = 0; push < pushes; push += 1) msToLast.push(await audience.push());
  // What the server does after the last frame belongs to the push as well.
  await pause(50);
  const after = await audience.side.readUsage();
  const frames = pushes * audience.size;
  return { serverMicrosecondsPerFrame: (after.cpuMicroseconds - before.cpuMicroseconds) / frames, msToLast };
}

function report(
  audiences: readonly Audience[],
  measured: readonly (readonly Round[])[],
  setting: { readonly rounds: number; readonly pushesPerRound: number; readonly sockets: number },
): Report {
  const costs = measured.map((rounds) => rounds.map((round) => round.serverMicrosecondsPerFrame));
  const [floor = []] = costs;
  const rows = audiences.map((audience, index) => {
    const cost = costs[index] ?? [];
    const ratios = cost.map((value, round) => value / (floor[round] ?? Number.NaN));
    const waits = (measured[index] ?? []).flatMap((round) => round.msToLast);
    return [audience.label, median(cost), median(ratios), median(waits), Math.max(...waits), audience.frameBytes];
  });
  return {
    tables: [
      {
        title: `A change pushed to ${setting.sockets} sockets`,
        columns: ["", "server CPU per frame, µs", "in units of raw", "ms to the last: p50", "max", "bytes of a frame"],
        rows,
      },
    ],
    notes: [
      `Medians of ${setting.rounds} rounds of ${setting.pushesPerRound} pushes, each awaited by all sockets before the next; the frames are equally long on all sides.`,
      "Countersign's cost includes the write of the change, and reading the session and the right of every socket anew.",
    ],
    figures: audiences.map(({ label }, index) => ({ label, rounds: measured[index] })),
  };
}
