import { TRPCClientError } from "@trpc/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { CallFailure, createStore } from "@countersign/client";

import type { Note } from "../api.ts";

import { createDrafts, type NoteCalls } from "./drafts.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const tea: Note = {
  id: "n1",
  title: "Tea",
  body: "Earl Grey",
  version: 3,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  $can: { update: true, remove: true },
};
const lost = new CallFailure("disconnected", "unknown", "note.create");
const notSent = new CallFailure("deadline", "not-sent", "note.create");

test("a new note is created with a key and kept on the page until the list shows it", async () => {
  const { drafts, create } = start();
  const saved = { ...tea, id: "n2", title: "Coffee", body: "", version: 1 };
  create.mockResolvedValue(saved);

  const id = writeNew(drafts, " Coffee ");
  drafts.save(id);
  expect(phaseOf(drafts)).toBe("sending");
  await settled();

  const [input] = create.mock.calls[0] ?? [];
  expect(input).toMatchObject({ title: "Coffee", body: "" });
  expect(input?.key).toMatch(/^[\da-f-]{36}$/);
  expect(drafts.get()[0]?.state).toEqual({ phase: "saved", note: saved });
  drafts.listShows([tea]);
  expect(drafts.get()).toHaveLength(1);
  drafts.listShows([saved, tea]);
  expect(drafts.get()).toEqual([]);
});

test("what was saved but is not in the list some seconds later was deleted, unless the list stood still", async () => {
  const { drafts, create, connect } = start();
  create.mockResolvedValue({ ...tea, id: "n2" });
  drafts.save(writeNew(drafts, "Coffee"));
  await settled();

  connect(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(phaseOf(drafts)).toBe("saved");

  connect(true);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(drafts.get()).toEqual([]);
});

test("writing on in a note that was just saved begins a draft of its own, which no timer takes away", async () => {
  const { drafts, update } = start();
  const saved = { ...tea, title: "Green tea", version: 4 };
  update.mockResolvedValue(saved);
  drafts.save(write(drafts, tea, "Green tea"));
  await settled();

  const id = drafts.open(saved);
  drafts.write(id, { title: "Black tea" });
  await vi.advanceTimersByTimeAsync(60_000);

  expect(drafts.get()).toMatchObject([{ text: { title: "Black tea" }, base: saved, state: { phase: "writing" } }]);
});

test("REL-08: what is saved without a connection waits, can be written on, and is sent when there is one", async () => {
  const { drafts, create, connect } = start();
  create.mockResolvedValue({ ...tea, id: "n2" });
  connect(false);

  const id = writeNew(drafts, "Coffee");
  drafts.save(id);
  expect(drafts.get()[0]?.state).toEqual({ phase: "waiting", isSent: false });
  expect(drafts.hasUnsaved()).toBe(true);

  drafts.reopen(id);
  drafts.write(id, { body: "black" });
  drafts.save(id);
  expect(create).not.toHaveBeenCalled();
  connect(true);
  await settled();

  expect(create).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ title: "Coffee", body: "black" }));
  expect(drafts.hasUnsaved()).toBe(false);
});

test("CRU-31, REL-05: an attempt whose answer was lost is made again with the same key", async () => {
  const { drafts, create, connect } = start();
  create.mockRejectedValueOnce(lost).mockResolvedValueOnce({ ...tea, id: "n2" });

  drafts.save(writeNew(drafts, "Coffee"));
  connect(false);
  await settled();
  expect(drafts.get()[0]?.state).toEqual({ phase: "waiting", isSent: true });
  connect(true);
  await settled();

  const [first, second] = create.mock.calls.map(([input]) => input.key);
  expect(second).toBe(first);
  expect(phaseOf(drafts)).toBe("saved");
});

test("an attempt that may have been carried out stays one, whatever later attempts meet", async () => {
  const { drafts, create } = start();
  const busy = refusal({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED" });
  create.mockRejectedValueOnce(lost).mockRejectedValueOnce(notSent).mockRejectedValueOnce(busy);
  create.mockResolvedValueOnce({ ...tea, id: "n2" });

  drafts.save(writeNew(drafts, "Coffee"));
  for (const attempts of [1, 2, 3]) {
    await vi.advanceTimersByTimeAsync(attempts === 1 ? 0 : 5_000);
    expect(create).toHaveBeenCalledTimes(attempts);
    expect(drafts.get()[0]?.state).toEqual({ phase: "waiting", isSent: true });
  }
  await vi.advanceTimersByTimeAsync(5_000);

  expect(new Set(create.mock.calls.map(([input]) => input.key)).size).toBe(1);
  expect(phaseOf(drafts)).toBe("saved");
});

test("other text is another attempt with another key", async () => {
  const { drafts, create } = start();
  create.mockRejectedValue(refusal({ code: "INTERNAL_SERVER_ERROR" }));

  const id = writeNew(drafts, "Coffee");
  drafts.save(id);
  await settled();
  drafts.save(id);
  await settled();
  drafts.write(id, { title: "Cocoa" });
  drafts.save(id);
  await settled();

  const [first, again, other] = create.mock.calls.map(([input]) => input.key);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test("a change is made from the version that was read, and a conflict puts both versions before the person", async () => {
  const { drafts, update } = start();
  const theirs = { ...tea, title: "Black tea", version: 5 };
  update.mockRejectedValueOnce(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: theirs }));

  const id = write(drafts, tea, "Green tea");
  drafts.save(id);
  await settled();

  expect(update).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: "n1", version: 3, title: "Green tea" }));
  expect(drafts.get()).toMatchObject([{ text: { title: "Green tea" }, state: { phase: "conflict", current: theirs } }]);

  update.mockResolvedValueOnce({ ...theirs, title: "Green tea", version: 6 });
  drafts.keepMine(id);
  await settled();
  expect(update.mock.lastCall?.[0]).toMatchObject({ version: 5, title: "Green tea" });
  expect(update.mock.lastCall?.[0].key).not.toBe(update.mock.calls[0]?.[0].key);
  expect(phaseOf(drafts)).toBe("saved");
});

test("after a conflict the person can go on writing on top of the other version", async () => {
  const { drafts, update } = start();
  const theirs = { ...tea, title: "Black tea", version: 5 };
  const id = write(drafts, tea, "Green tea");

  drafts.compare(id, theirs);
  drafts.rebase(id);
  expect(drafts.get()).toMatchObject([{ text: { title: "Green tea" }, base: theirs, state: { phase: "writing" } }]);

  update.mockResolvedValue(tea);
  drafts.save(id);
  expect(update.mock.lastCall?.[0].version).toBe(5);
});

test("a conflict with one's own words is none: the earlier attempt was carried out", async () => {
  const { drafts, update } = start();
  const mine = { ...tea, title: "Green tea", version: 4 };
  update.mockRejectedValue(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: mine }));

  drafts.save(write(drafts, tea, "Green tea"));
  await settled();

  expect(drafts.get()[0]?.state).toEqual({ phase: "saved", note: mine });
});

test("the text of a note that was deleted meanwhile can be saved as a new one", async () => {
  const { drafts, update, create } = start();
  update.mockRejectedValue(refusal({ code: "NOT_FOUND" }));
  create.mockResolvedValue({ ...tea, id: "n2" });

  const id = write(drafts, tea, "Green tea");
  drafts.save(id);
  await settled();
  expect(phaseOf(drafts)).toBe("gone");

  drafts.saveAsNew(id);
  await settled();
  expect(create).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ title: "Green tea", body: "Earl Grey" }));
});

test.each([
  ["  ", "", "Give the note a title."],
  ["x".repeat(201), "", "Too long: at most 200 characters."],
  ["x".repeat(200), "x".repeat(10_001), "Too long: at most 10000 characters."],
])("limits are told before anything is sent", (title, body, error) => {
  const { drafts, create } = start();
  const id = drafts.open(null);
  drafts.write(id, { title, body });

  drafts.save(id);

  expect(Object.values(errorsOf(drafts))).toEqual([error]);
  expect(create).not.toHaveBeenCalled();
});

test("text just at the limits is sent", () => {
  const { drafts, create } = start();
  create.mockReturnValue(new Promise(() => {}));
  const id = drafts.open(null);
  drafts.write(id, { title: "x".repeat(200), body: "x".repeat(10_000) });

  drafts.save(id);

  expect(create).toHaveBeenCalledTimes(1);
});

test("what the server says of a field is shown at it; any other refusal keeps the text in the editor", async () => {
  const { drafts, create } = start();
  create.mockRejectedValueOnce(refusal({ code: "BAD_REQUEST", fields: { title: ["Remove the control characters."] } }));
  const id = writeNew(drafts, "Coffee");
  drafts.save(id);
  await settled();
  expect(errorsOf(drafts)).toEqual({ title: "Remove the control characters." });

  const busy = refusal({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED" });
  create.mockRejectedValueOnce(busy);
  drafts.save(id);
  await settled();
  expect(drafts.get()).toMatchObject([{ text: { title: "Coffee" }, state: { phase: "writing", failure: busy } }]);
});

test("saving what was not changed sends nothing and closes the editor", () => {
  const { drafts, update } = start();
  const id = drafts.open(tea);
  expect(drafts.hasUnsaved()).toBe(false);

  drafts.save(id);

  expect(drafts.get()).toEqual([]);
  expect(update).not.toHaveBeenCalled();
});

test("an expired session keeps the drafts for its user, who finds them sent after signing in again", async () => {
  const { drafts, update } = start();
  update.mockRejectedValueOnce(refusal({ code: "UNAUTHORIZED" })).mockResolvedValueOnce({ ...tea, version: 4 });
  drafts.save(write(drafts, tea, "Green tea"));
  await settled();

  drafts.setVisitor(null, "expired");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(update).toHaveBeenCalledTimes(1);
  expect(drafts.get()).toMatchObject([{ text: { title: "Green tea" }, state: { phase: "waiting" } }]);

  drafts.setVisitor("ann", null);
  await settled();
  expect(update).toHaveBeenCalledTimes(2);
});

test("LOG-11: another user finds nothing, and nothing of the first one's is sent as theirs", async () => {
  const { drafts, create, connect } = start();
  connect(false);
  drafts.save(writeNew(drafts, "Ann's secret"));
  drafts.setVisitor(null, "expired");

  drafts.setVisitor("bob", null);
  connect(true);
  await vi.advanceTimersByTimeAsync(60_000);

  expect(drafts.get()).toEqual([]);
  expect(create).not.toHaveBeenCalled();
});

test.each(["signed_out_elsewhere", "ended", "password_changed", "replaced"] as const)(
  "a session that is ended from elsewhere (%s) keeps what is being written for its user, and for nobody else",
  (reason) => {
    const { drafts } = start();
    writeNew(drafts, "half a thought");
    drafts.setVisitor(null, reason);
    drafts.setVisitor("ann", null);
    expect(drafts.get()).toMatchObject([{ text: { title: "half a thought" } }]);

    drafts.setVisitor(null, reason);
    drafts.setVisitor("bob", null);
    expect(drafts.get()).toEqual([]);
    drafts.setVisitor("ann", null);
    expect(drafts.get()).toEqual([]);
  },
);

test("a second new note is begun only when something is written in the first", () => {
  const { drafts } = start();
  const first = drafts.open(null);
  expect(drafts.open(null)).toBe(first);
  drafts.write(first, { body: "tea" });
  expect(drafts.open(null)).not.toBe(first);
  expect(drafts.get()).toHaveLength(2);
});

test.each(["signed_out", "deactivated", "deleted", null] as const)(
  "OUT-07: a session that ends by %s leaves no text behind",
  (reason) => {
    const { drafts } = start();
    writeNew(drafts, "secret");

    drafts.setVisitor(null, reason);
    drafts.setVisitor("ann", null);

    expect(drafts.get()).toEqual([]);
  },
);

test("an answer that comes after the user has gone brings nothing back", async () => {
  const { drafts, create } = start();
  const answer = Promise.withResolvers<Note>();
  create.mockReturnValue(answer.promise);
  drafts.save(writeNew(drafts, "secret"));

  drafts.setVisitor(null, "signed_out");
  answer.resolve(tea);
  await settled();

  expect(drafts.get()).toEqual([]);
});

test("a draft that cannot be saved by itself is told of; one that only waits is not", async () => {
  const { drafts, update, create } = start();
  const seen: string[] = [];
  const stop = drafts.onTrouble(({ text, state }) => seen.push(`${text.title} ${state.phase}`));
  update.mockRejectedValue(refusal({ code: "NOT_FOUND" }));
  create.mockRejectedValue(lost);

  drafts.save(write(drafts, tea, "Green tea"));
  drafts.save(writeNew(drafts, "Coffee"));
  await settled();
  expect(seen).toEqual(["Green tea gone"]);

  stop();
  drafts.save("n1");
  await settled();
  expect(seen).toHaveLength(1);
});

function start() {
  const connection = createStore({ state: "open" });
  const create = vi.fn<NoteCalls["create"]>();
  const update = vi.fn<NoteCalls["update"]>();
  const drafts = createDrafts({ calls: { create, update }, connection });
  drafts.setVisitor("ann", null);
  return {
    drafts,
    create,
    update,
    connect: (isOpen: boolean) => connection.set({ state: isOpen ? "open" : "reconnecting" }),
  };
}

type Drafts = ReturnType<typeof createDrafts>;

function write(drafts: Drafts, note: Note, title: string): string {
  const id = drafts.open(note);
  drafts.write(id, { title });
  return id;
}

function writeNew(drafts: Drafts, title: string): string {
  const id = drafts.open(null);
  drafts.write(id, { title });
  return id;
}

function phaseOf(drafts: Drafts) {
  return drafts.get()[0]?.state.phase;
}

function errorsOf(drafts: Drafts) {
  const state = drafts.get()[0]?.state;
  return state?.phase === "writing" ? state.errors : {};
}

async function settled() {
  await vi.advanceTimersByTimeAsync(0);
}

function refusal(data: Record<string, unknown>) {
  return TRPCClientError.from<never>({ error: { message: "refused", code: -32_000, data } } as never);
}
