import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { openTestAuth } from "../test/open-auth.ts";

import { createRightsReader } from "./held-rights.ts";

const mostAgeMs = 5000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

describeDatabases((dialect) => {
  test("what is kept under a version is read again in time, though another user with that version took the place", async () => {
    await using app = await openTestAuth(dialect);
    const { auth, db } = app;
    const ann = await app.register("Ann");
    await auth.rights.grant(ann.id, "notes.change");
    const reader = createRightsReader(db, { mostAgeMs });
    const version = 2;
    const read = async () => [...(await reader.read(ann.id, version)).permissions];
    expect(await read()).toEqual(["notes.change"]);

    // As if the row had been put there by hand: what the user holds is another thing, the version is not.
    await auth.rights.withdraw(ann.id, "notes.change");
    vi.advanceTimersByTime(mostAgeMs - 1);
    expect(await read()).toEqual(["notes.change"]);
    vi.advanceTimersByTime(1);
    expect(await read()).toEqual([]);
  });
});
