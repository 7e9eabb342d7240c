import type { Balancer, Topology, Workload } from "@app/workload";

import type { Figure } from "../fault.ts";

import type { Mutations } from "./mutations.ts";

/** What Redis is taken away from, and how thoroughly. */
export interface Stage {
  readonly topology: Topology;
  readonly workload: Workload;
  readonly redis: NonNullable<Topology["redis"]>;
  /** Between the servers and Redis. */
  readonly network: Balancer;
  readonly isLong: boolean;
  readonly leaseMs: number;
  readonly seed: number;
  /** How changes went before anything was done. */
  readonly base: Mutations;
  /** Lets everybody rest until all lists show what is there, or the time is up. How many do not, then. */
  readonly countStale: (withinMs: number) => Promise<number>;
  readonly tell: (text: string) => void;
}

/** One of the ways in which Redis goes away. It is back, and everything is well, when it resolves. */
export type Act = (stage: Stage) => Promise<readonly Figure[]>;
