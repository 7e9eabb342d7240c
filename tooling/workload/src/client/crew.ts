import type { WorkloadClient } from "./workload-client.ts";

/** Which role somebody has in a project, as far as its manager knows. */
export interface Membership {
  readonly id: string;
  version: number;
  role: "viewer" | "editor";
}

/** Who works with whom: each client manages a project, and takes part in those of the two before it. */
export interface Crew {
  readonly clients: readonly WorkloadClient[];
  /** The project of each client, by its place. */
  readonly projects: Map<number, string>;
  /** The members of each client's project, by their places. */
  readonly members: Map<number, Map<number, Membership>>;
}

/** The places of those who are, as a rule, members of this client's project. */
export function guestsOf(place: number, size: number): readonly number[] {
  return [...new Set([1, 2].map((step) => (place + step) % size))].filter((guest) => guest !== place);
}

/** The places of the clients in whose projects this one may work: its own, and those before it. */
export function hostsOf(place: number, size: number): readonly number[] {
  return [...new Set([0, 1, 2].map((step) => (place - step + size) % size))];
}
