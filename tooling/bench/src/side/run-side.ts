import { listenToCommands } from "./listen-to-commands.ts";
import type { Side, SidePlan } from "./side.ts";

// The entry of a server's process: its plan is the first argument, written by `startSide`.
const plan = JSON.parse(process.argv[2] ?? "") as SidePlan;
listenToCommands(await serve(plan));

/** Loads no more than the side needs: its memory is measured too. */
async function serve(sidePlan: SidePlan): Promise<Side> {
  const { name, databaseUrl = "" } = sidePlan;
  switch (name) {
    case "raw":
      return (await import("../sides/raw.ts")).serveRaw();
    case "trpc":
      return (await import("../sides/bare-trpc.ts")).serveBareTrpc();
    case "lucia":
      return (await import("../sides/lucia-trpc.ts")).serveLuciaTrpc(databaseUrl);
    case "rows":
      return (await import("../sides/countersign-rows.ts")).serveRows(databaseUrl);
    case "replica":
      return (await import("../sides/countersign-replica.ts")).serveReplica(sidePlan);
    case "countersign":
      return (await import("../sides/countersign.ts")).serveCountersign(sidePlan);
  }
}
