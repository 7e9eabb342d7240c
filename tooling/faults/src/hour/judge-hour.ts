import { slopeOf } from "@app/fuzz";

import type { Figure } from "../fault.ts";
import { atMost, none } from "../figures.ts";

import type { Look, Own } from "./look.ts";

/** What an hour was, and what was seen in it. */
export interface Worked {
  readonly place: "PostgreSQL" | "SQLite";
  readonly servers: number;
  readonly minutes: number;
  readonly looks: readonly Look[];
  /** What those have who stay all the time. */
  readonly own: Own;
  readonly visits: number;
  readonly acknowledged: number;
}

/** @param options.isSlopeJudged not in a run of seconds, in which caches fill */
export function judgeHour(worked: Worked, { isSlopeJudged }: { readonly isSlopeJudged: boolean }): Figure[] {
  const { place, servers, minutes, looks, own, visits, acknowledged } = worked;
  const on = `${servers} ${servers === 1 ? "server" : "servers"} on ${place}`;
  const how = `${visits} visits and ${acknowledged} writes in ${minutes.toFixed(1)} min, ${looks.length} looks, ${on}`;
  const left = (name: keyof Own) => Math.max(...looks.map((look) => Math.abs(look[name] - own[name])));
  return [
    none({ name: "subscriptions left of those who had gone", how, row: "soak" }, left("subscriptions")),
    none({ name: "sockets left of those who had gone", how }, left("connections")),
    ...(isSlopeJudged ? [judgeHeap(looks, how)] : []),
  ];
}

function judgeHeap(looks: readonly Look[], how: string): Figure {
  const later = looks.slice(Math.floor(looks.length * firstShare));
  const perHour = (name: "heapBytes" | "residentBytes") =>
    slopeOf(later.map((look) => ({ x: look.minutes / 60, y: look[name] / 1e6 })));
  const heaps = later.map(({ heapBytes }) => heapBytes / 1e6);
  const from = `from ${Math.min(...heaps).toFixed(1)} to ${Math.max(...heaps).toFixed(1)} MB after a collection`;
  const resident = `resident memory ${perHour("residentBytes").toFixed(1)} MB an hour`;
  return atMost(
    {
      name: "slope of the heap",
      most: mostMegabytes,
      unit: "MB an hour",
      how: `${from}, ${resident}; ${how}`,
      row: "soak",
    },
    perHour("heapBytes"),
  );
}

/** Caches fill at first, and functions are compiled: that says nothing of a slope. */
const firstShare = 0.25;
/** After a week of it 168 MB. */
const mostMegabytes = 1;
