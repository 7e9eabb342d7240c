import { writeFileSync } from "node:fs";

import type { Generator } from "../load/generator.ts";
import { formatClients } from "../load/load.ts";
import type { ScratchFolder } from "../scratch-folder.ts";
import { startSide } from "../side/start-side.ts";
import { createMembers, type Member } from "../sides/countersign-members.ts";
import { isUntouched, watchSnapshots } from "../wire/watch-snapshots.ts";

import { keepBusy } from "./keep-busy.ts";
import { openOutsideWriter } from "./outside-writer.ts";
import { type Means, type Revocation, type Scenario, timeRevocation } from "./scenarios.ts";

export interface RunOptions {
  readonly databaseUrl: string;
  /** Others' sockets, open all the while: none of them may notice anything. */
  readonly bystanders: number;
  readonly generator: Generator;
  readonly scratch: ScratchFolder;
  readonly profileFolder?: string | undefined;
  readonly tell: (text: string) => void;
}

/** Enough callers that the server never waits. */
const busyClients = 50;
/** The close code of a session that has ended. */
export const sessionEnded = 4401;

/**
 * Runs each scenario, all its rounds, on one server. Returns what each round took.
 *
 * @throws when a socket is not closed as it should be, or a bystander notices anything
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  options: RunOptions,
): Promise<Map<Scenario, Revocation[]>> {
  const { databaseUrl, generator, profileFolder, tell } = options;
  const victimCounts = scenarios.flatMap(({ rounds, sessions }) => Array.from({ length: rounds }, () => sessions));
  const otherCounts = Array.from({ length: options.bystanders + busyClients }, () => 1);
  const members = await createMembers(databaseUrl, [...otherCounts, ...victimCounts]);
  const others = members.splice(0, options.bystanders);
  const clientsFile = writeClients(options.scratch, members.splice(0, busyClients));

  await using side = await startSide({ name: "countersign", databaseUrl }, { profileFolder });
  await using outside = await openOutsideWriter(databaseUrl);
  const { port } = side;
  const bystanders = await watchSnapshots({ port, cookies: others.flatMap(cookiesOf) });

  const found = new Map<Scenario, Revocation[]>();
  for (const scenario of scenarios) {
    tell(`${databaseUrl.split(":", 1)[0]}: a user ${scenario.label}`);
    const load = { port, clientsFile, connections: busyClients, depth: 1 };
    await using _load = scenario.isBusy ? await keepBusy(generator, load) : null;
    const revocations: Revocation[] = [];
    for (const victim of members.splice(0, scenario.rounds)) {
      revocations.push(await runRound(scenario, { side, outside, victim }));
    }
    found.set(scenario, revocations);
  }

  const touched = bystanders.filter((socket) => !isUntouched(socket)).length;
  for (const socket of bystanders) socket.destroy();
  if (touched > 0) throw new Error(`${touched} sockets of others noticed a revocation that was not theirs.`);
  return found;
}

async function runRound(scenario: Scenario, means: Means): Promise<Revocation> {
  const { side, victim } = means;
  const cookies = cookiesOf(victim).flatMap((cookie) => Array.from({ length: scenario.socketsEach }, () => cookie));
  const sockets = await watchSnapshots({ port: side.port, cookies });
  const ends = Promise.all(sockets.map((socket) => socket.ended));
  const revocation = await timeRevocation(scenario, means, ends);

  const other = (await ends).find(({ code }) => code !== sessionEnded);
  if (other) throw new Error(`A socket was closed with ${other.code} instead of ${sessionEnded}.`);
  return revocation;
}

function writeClients(scratch: ScratchFolder, members: readonly Member[]): string {
  const file = scratch.file("callers");
  const clients = members.map((member) => ({ answer: member.answer, cookie: cookiesOf(member)[0] ?? null }));
  writeFileSync(file, formatClients(clients));
  return file;
}

function cookiesOf({ sessions }: Member): string[] {
  return sessions.map(({ cookie }) => cookie);
}
