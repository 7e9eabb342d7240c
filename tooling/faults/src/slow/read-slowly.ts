import { setTimeout as pause } from "node:timers/promises";

import { type Frame, openManyRows, startBalancer, startTopology, WireSocket } from "@app/workload";

import type { FaultOptions, FaultReport, Figure } from "../fault.ts";

/**
 * REL-41: one whose network takes a kilobyte a second, while what it is shown changes quickly: it is shown the newest state when
 * there is room for it, and never an older one after a newer one.
 */
export async function readSlowly({ length, tell }: FaultOptions): Promise<FaultReport> {
  await using topology = await startTopology({ database: "sqlite" });
  await using network = await startBalancer(topology.servers.map(({ port }) => port));
  using rows = await openManyRows({ url: topology.url, name: "slow", bodyLength });
  const slowMs = length === "long" ? 5000 : 1500;
  const versions: number[] = [];
  const socket = await WireSocket.open({
    url: network.url,
    origin: topology.url,
    cookie: rows.cookie,
    onFrame: (_text, frame) => versions.push(...versionsOf(frame)),
  });
  socket.subscribe("note.live", { limit: 100 }, null);
  await until(() => versions.length >= rowsShown, "shown the list");

  tell("one client reads slowly");
  network.set({ bytesPerSecond: 1024 });
  const framesBefore = versions.length / rowsShown;
  const startedAt = performance.now();
  let changes = 0;
  // Shorter than those have who take nothing: it is to be kept.
  while (performance.now() - startedAt < slowMs) if (await rows.change()) changes += 1;
  network.set({});
  await until(() => versions.at(-1) === rows.version, "shown the newest state");
  socket.terminate();

  const shown = versions.length / rowsShown - framesBefore;
  const fallen = versions.filter((version, place) => version < (versions[place - 1] ?? 0)).length;
  const how = `${changes} changes of 100 rows of ${bodyLength / 1000} KB within ${slowMs / 1000} s, read at 1 KB/s, then without limit, SQLite`;
  const figures: Figure[] = [
    {
      name: "rows shown to a slow reader after a newer version",
      target: "0",
      seen: String(fallen),
      isMet: fallen === 0,
      how,
    },
    {
      name: "states shown to it, of all there were",
      target: "< half",
      seen: `${shown} of ${changes}`,
      isMet: shown < changes / 2,
      how,
    },
  ];
  return { violations: [], figures };
}

const bodyLength = 10_000;
const rowsShown = 100;
const patienceMs = 60_000;

/** Of the rows a frame of the list shows, which all change together. */
function versionsOf(frame: Frame): number[] {
  if (frame.result?.type !== "data") return [];
  // The cast: it has one live list, and calls nothing.
  const { data } = frame.result.data as {
    readonly data: { readonly rows?: Versioned[]; readonly upsert?: Versioned[] };
  };
  return (data.rows ?? data.upsert ?? []).map(({ version }) => version);
}

interface Versioned {
  readonly version: number;
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`A slow reader was not ${what} within ${patienceMs / 1000} s.`);
    await pause(10);
  }
}
