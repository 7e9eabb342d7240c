import type { CoreTables } from "@countersign/db";
import type { TestApp } from "@countersign/rpc/testing";

import { callers } from "./cases/callers.ts";
import { crowds } from "./cases/crowds.ts";
import { files } from "./cases/files.ts";
import { giving } from "./cases/giving.ts";
import { ids } from "./cases/ids.ts";
import { injections } from "./cases/injections.ts";
import { keys } from "./cases/keys.ts";
import { limits } from "./cases/limits.ts";
import { listing } from "./cases/listing.ts";
import { live } from "./cases/live.ts";
import { queries } from "./cases/queries.ts";
import { rights } from "./cases/rights.ts";
import { several } from "./cases/several.ts";
import { showing } from "./cases/showing.ts";
import { strangers } from "./cases/strangers.ts";
import { values } from "./cases/values.ts";
import { versions } from "./cases/versions.ts";
import type { CrudOptions } from "./crud-options.ts";
import { buildScene } from "./crud-scene.ts";
import { CrudWorld } from "./crud-world.ts";

/** A case of the suite, for any test runner. */
export interface RunnableCase<Tables extends CoreTables = CoreTables> {
  /** It begins with the ids of the acceptance list that it shows. */
  readonly title: string;
  /** Why it does not apply to this router; null when it does. */
  readonly skip: string | null;
  /** Runs on an app that serves the router, with people of its own. @throws when the router does not do what the title says. */
  run(app: TestApp<Tables>): Promise<void>;
}

const allCases = [
  several,
  strangers,
  listing,
  callers,
  giving,
  showing,
  queries,
  ids,
  values,
  injections,
  versions,
  keys,
  limits,
  rights,
  live,
  crowds,
  files,
].flat();

/**
 * Everything that a router of rows is held to, as one case after the other: with a second user, a visitor and a superuser,
 * over the socket and over HTTP.
 *
 * @throws when router or table are not there, or the options do not go together.
 */
export function crudCases<Tables extends CoreTables, Place>(
  options: CrudOptions<Tables, Place>,
): readonly RunnableCase<Tables>[] {
  const scene = buildScene(options);
  return allCases.map(({ title, skip, run }) => ({
    title,
    skip: skip(scene),
    async run(app) {
      // The cast: the cases work with the tables of any app.
      await using world = new CrudWorld(scene, app as unknown as TestApp);
      await run(world);
    },
  }));
}
