import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { applyFrame } from "@countersign/contract";
import { LiveView, type RawFrame, type RawSocket } from "@countersign/rpc/testing";

import { startCrudApp } from "../test/app.ts";

describeDatabases((dialect) => {
  test("REL-46: resumed from what is long past, on another replica or after a restart, a list is shown whole; from what it is, it is silent", async () => {
    await using started = await startCrudApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    await call(other, "note.create", { title: "of bob" });
    const note = await call(socket, "note.create", { title: "tea" });
    const view = await LiveView.open(socket, "note.live");
    await view.until((rows) => rows.length === 1);
    const longPast = view.lastEventId;
    let { version } = note;
    for (let change = 1; change < 20; change += 1) {
      ({ version } = await call(socket, "note.update", { id: note.id, version, title: `tea ${change}` }));
    }
    await call(socket, "note.create", { title: "milk" });
    await view.until((rows) => rows.length === 2 && rows.some(({ title }) => title === "tea 19"));
    const ofBob = await LiveView.open(other, "note.live");
    await ofBob.until((rows) => rows.length === 1);
    // The digest of another's list, and one that nobody was ever given, are as good as none.
    const past = [longPast, ofBob.lastEventId, "never-given"];
    const present = { rows: view.rows, lastEventId: view.lastEventId };

    for (let start = 0; start < 2; start += 1) {
      // First beside the other server; then in its place, with nothing of what that knew.
      await using server = await started.startReplica();
      for (const lastEventId of past) {
        await using late = await server.open(ann.cookie);
        const whole = await LiveView.open(late, "note.live", undefined, { lastEventId });
        await whole.until((rows) => rows.length > 0);
        expect(whole.frames).toMatchObject([{ type: "list" }]);
        expect(whole.rows).toEqual(present.rows);
      }
      await using same = await server.open(ann.cookie);
      const silent = await LiveView.open(same, "note.live", undefined, { lastEventId: present.lastEventId });
      await same.query("note.list");
      expect(silent.frames).toEqual([]);
      // It listens all the same.
      const shown = () =>
        silent.frames.reduce<typeof present.rows>((rows, frame) => applyFrame(rows, frame), present.rows);
      const news = await call(same, "note.create", { title: "news" });
      await expect.poll(() => shown().length).toBe(3);
      await call(same, "note.remove", { id: news.id, version: news.version });
      await expect.poll(shown).toEqual(present.rows);
    }
  });
});

async function call(socket: RawSocket, path: string, input: object): Promise<{ id: string; version: number }> {
  const { result, error }: RawFrame = await socket.mutate(path, input);
  if (error) throw new Error(JSON.stringify(error));
  // The cast: all of these answer with the row.
  return result?.data as { id: string; version: number };
}
