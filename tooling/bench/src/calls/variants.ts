import { writeFileSync } from "node:fs";

import { startPostgres } from "@app/services";

import { formatClients, type LoadClient } from "../load/load.ts";
import type { ScratchFolder } from "../scratch-folder.ts";
import { buildSides } from "../side/build-side.ts";
import type { SideName, SidePlan } from "../side/side.ts";
import { type SideProcess, startSide } from "../side/start-side.ts";
import { sampleAnswer } from "../sides/answer.ts";
import { createMembers } from "../sides/countersign-members.ts";
import { createLuciaMembers } from "../sides/lucia-members.ts";

/** A side as it is measured: what it keeps its sessions in, and whether it runs from sources or built. */
interface VariantPlan {
  readonly label: string;
  readonly name: SideName;
  readonly database: "none" | "lucia" | "sqlite" | "postgres";
  readonly isBuilt: boolean;
}

/** All others are compared with this one. */
export const baseline = "bare tRPC";

export const variantPlans = [
  { label: "raw ws", name: "raw", database: "none", isBuilt: false },
  { label: baseline, name: "trpc", database: "none", isBuilt: false },
  { label: "bare tRPC, built", name: "trpc", database: "none", isBuilt: true },
  { label: "tRPC + Lucia", name: "lucia", database: "lucia", isBuilt: false },
  { label: "Countersign, SQLite", name: "countersign", database: "sqlite", isBuilt: false },
  { label: "Countersign, SQLite, built", name: "countersign", database: "sqlite", isBuilt: true },
  { label: "Countersign, Postgres", name: "countersign", database: "postgres", isBuilt: false },
  { label: "Countersign, Postgres, built", name: "countersign", database: "postgres", isBuilt: true },
] as const satisfies readonly VariantPlan[];

/** A variant that runs, and the file with its clients. */
export interface Variant {
  readonly label: string;
  readonly side: SideProcess;
  readonly clientsFile: string;
}

/** Fills the databases and starts all servers, each with so many clients that can call it. They end with `stack`. */
export async function startVariants(
  plans: readonly VariantPlan[],
  options: {
    readonly clientCount: number;
    readonly scratch: ScratchFolder;
    readonly stack: AsyncDisposableStack;
    readonly profileFolder?: string | undefined;
  },
): Promise<Variant[]> {
  const { scratch, profileFolder } = options;
  const stores = new Map<VariantPlan["database"], Store>();
  const entry = plans.some((plan) => plan.isBuilt) ? await buildSides(scratch.path) : "";

  for (const database of new Set(plans.map((plan) => plan.database)))
    stores.set(database, await fill(database, options));

  return Promise.all(
    plans.map(async ({ label, name, database, isBuilt }) => {
      const { databaseUrl = "", clientsFile = "" } = stores.get(database) ?? {};
      const plan: SidePlan = { name, databaseUrl };
      const side = options.stack.use(await startSide(plan, { ...(isBuilt ? { entry } : {}), profileFolder }));
      return { label, side, clientsFile };
    }),
  );
}

interface Store {
  readonly databaseUrl: string;
  readonly clientsFile: string;
}

async function fill(
  database: VariantPlan["database"],
  {
    clientCount,
    scratch,
    stack,
  }: { readonly clientCount: number; readonly scratch: ScratchFolder; readonly stack: AsyncDisposableStack },
): Promise<Store> {
  const clientsFile = scratch.file(`${database}.clients`);
  const write = (clients: readonly LoadClient[]) => writeFileSync(clientsFile, formatClients(clients));

  if (database === "none") {
    write(Array.from({ length: clientCount }, () => ({ cookie: null, answer: sampleAnswer })));
    return { databaseUrl: "", clientsFile };
  }
  if (database === "lucia") {
    const file = scratch.file("lucia.db");
    write(createLuciaMembers(file, clientCount));
    return { databaseUrl: file, clientsFile };
  }
  const databaseUrl =
    database === "sqlite"
      ? `sqlite:${scratch.file("countersign.db")}`
      : await stack.use(await startPostgres()).createDatabase();
  const members = await createMembers(
    databaseUrl,
    Array.from({ length: clientCount }, () => 1),
  );
  write(members.map(({ answer, sessions: [session] }) => ({ answer, cookie: session?.cookie ?? null })));
  return { databaseUrl, clientsFile };
}
