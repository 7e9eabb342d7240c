import type { Settings } from "@countersign/contract";

import { buildSides } from "../side/build-side.ts";
import type { SideName } from "../side/side.ts";
import { type SideProcess, startSide } from "../side/start-side.ts";

import type { Store, StoreKind, Stores } from "./stores.ts";

/** A side as it is measured: what it keeps its sessions in, and whether it runs from sources or built. */
interface VariantPlan {
  readonly label: string;
  readonly name: SideName;
  readonly database: StoreKind;
  readonly isBuilt: boolean;
  readonly commitsPerSecond?: number;
  readonly settings?: Partial<Settings>;
}

/** All others are compared with this one. */
export const baseline = "bare tRPC";

export const variantPlans: readonly VariantPlan[] = [
  { label: "raw ws", name: "raw", database: "none", isBuilt: false },
  { label: baseline, name: "trpc", database: "none", isBuilt: false },
  { label: "bare tRPC, built", name: "trpc", database: "none", isBuilt: true },
  { label: "tRPC + Lucia", name: "lucia", database: "lucia", isBuilt: false },
  { label: "tRPC + Lucia, Postgres", name: "lucia", database: "lucia on postgres", isBuilt: false },
  { label: "Countersign, SQLite", name: "countersign", database: "sqlite", isBuilt: false },
  { label: "Countersign, SQLite, built", name: "countersign", database: "sqlite", isBuilt: true },
  {
    label: "Countersign, SQLite, built, 100 commits/s",
    name: "countersign",
    database: "sqlite",
    isBuilt: true,
    commitsPerSecond: 100,
  },
  { label: "Countersign, Postgres", name: "countersign", database: "postgres", isBuilt: false },
  { label: "Countersign, Postgres, built", name: "countersign", database: "postgres", isBuilt: true },
  {
    label: "Countersign, Postgres, cached",
    name: "countersign",
    database: "postgres",
    isBuilt: false,
    settings: { SESSION_CHECK: "cached" },
  },
  {
    label: "Countersign, Postgres, built, cached",
    name: "countersign",
    database: "postgres",
    isBuilt: true,
    settings: { SESSION_CHECK: "cached" },
  },
];

/** A variant that runs, and the file with its clients. */
export interface Variant {
  readonly label: string;
  readonly side: SideProcess;
  readonly clientsFile: string;
  readonly isOnPostgres: boolean;
}

/** Starts all servers, each with a database of its own. They end with `stack`. */
export async function startVariants(
  plans: readonly VariantPlan[],
  options: {
    readonly stores: Stores;
    readonly stack: AsyncDisposableStack;
    /** Where built sides are put. */
    readonly folder: string;
    readonly profileFolder?: string | undefined;
  },
): Promise<Variant[]> {
  const { stores, stack, folder, profileFolder } = options;
  const entry = plans.some((plan) => plan.isBuilt) ? await buildSides(folder) : "";

  const placed: { readonly plan: VariantPlan; readonly store: Store }[] = [];
  for (const plan of plans) placed.push({ plan, store: await stores.create(plan.database) });

  return Promise.all(
    placed.map(async ({ plan, store: { databaseUrl, clientsFile } }) => {
      const { label, name, isBuilt, commitsPerSecond = 0, settings = {} } = plan;
      const start = { ...(isBuilt ? { entry } : {}), profileFolder };
      const side = stack.use(await startSide({ name, databaseUrl, commitsPerSecond, settings }, start));
      return { label, side, clientsFile, isOnPostgres: databaseUrl.startsWith("postgres") };
    }),
  );
}
