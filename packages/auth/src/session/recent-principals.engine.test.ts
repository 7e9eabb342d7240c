import { afterEach, expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";

import { hearNotices, type HeardNotices } from "../test/hear-notices.ts";
import type { CreateEngine } from "../test/open-engine.ts";

import { createLuciaEngine } from "./lucia-engine.ts";
import { RecentPrincipals } from "./recent-principals.ts";
import { describeSessionEngine } from "./session-engine.suite.ts";

const stops: (() => void | Promise<void>)[] = [];
const total = { recalled: 0, read: 0 };

// Whatever the suite does to the database, also by hand: once the notices of it have come, what is kept is as good as read.
describeSessionEngine(createKeepingEngine, [postgresDialect]);

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

// After the suite, so that it has counted.
test("the suite has found things kept, and things forgotten", () => {
  expect(total.recalled).toBeGreaterThan(200);
  expect(total.read).toBeGreaterThan(200);
});

/** The engine, whose validations are answered from what is kept when all that was committed has been told. */
function createKeepingEngine(options: Parameters<CreateEngine>[0]): ReturnType<CreateEngine> {
  const engine = createLuciaEngine(options);
  const { db, bus, clock } = options;
  const recent = new RecentPrincipals({ sessions: engine, bus, clock, longestMs: 60_000 });
  stops.push(recent.start());
  let hearing: Promise<HeardNotices> | null = null;

  async function begin(): Promise<HeardNotices> {
    const heard = await hearNotices(db, (change) => recent.handleExternalChange(change));
    stops.push(
      () => heard.stop(),
      () => {
        total.recalled += recent.counts.recalled;
        total.read += recent.counts.read;
      },
    );
    recent.trust("changes");
    return heard;
  }

  return {
    ...engine,
    async validate(tokenHash) {
      hearing ??= begin();
      await (await hearing).settled();
      const principal = await recent.validate(tokenHash);
      // Once more, so that each answer is one that was kept.
      return principal && recent.validate(tokenHash);
    },
  };
}
