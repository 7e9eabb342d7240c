import {
  check,
  type Evidence,
  readFinalState,
  startTopology,
  startWorkload,
  type Topology,
  type TopologyOptions,
  type Violation,
  type Workload,
  type WorkloadOptions,
} from "@app/workload";

/** People at work on servers, to whom something is done, and what came of it. */
export interface Outcome {
  readonly evidence: Evidence;
  readonly violations: readonly Violation[];
}

/** Starts both, lets `happen` do its worst, lets everything come to rest, and asks the checker. */
export async function play(
  options: TopologyOptions & Omit<WorkloadOptions, "url"> & { readonly settleMs?: number },
  happen: (topology: Topology, workload: Workload) => Promise<void>,
): Promise<Outcome> {
  await using topology = await startTopology(options);
  const workload = await startWorkload({ ...options, url: topology.url });
  await happen(topology, workload);
  const evidence = await workload.settle(
    () => readFinalState(topology.databaseUrl),
    () => topology.exits(),
    options.settleMs,
  );
  return { evidence, violations: check(evidence) };
}
