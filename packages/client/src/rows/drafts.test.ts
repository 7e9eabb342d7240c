import { TRPCClientError } from "@trpc/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { CallFailure } from "../call-failure.ts";
import { createFakeSession } from "../test/fake-session.ts";

import { conflictOf } from "./draft.ts";
import { draftsOf, hasUnsavedWork } from "./drafts-of.ts";
import { createLiveList } from "./live-list.ts";
import { createRowActions } from "./row-actions.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Note {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly body: string;
}

interface NoteText {
  readonly title: string;
  readonly body: string;
}

const tea: Note = { id: "n1", title: "Tea", body: "Earl Grey", version: 3 };
const lost = new CallFailure("disconnected", "unknown", "note.create");
const notSent = new CallFailure("deadline", "not-sent", "note.create");

test("a new row is created with a key, shown by the lists at once, and no draft any more when it is saved", async () => {
  const { drafts, create, list, session, router } = start();
  const saved = { ...tea, id: "n2", title: "Coffee", body: "", version: 1 };
  create.mockResolvedValue(saved);
  const news: string[] = [];
  drafts.onSaved((row) => news.push(row.id));

  const id = writeNew(drafts, " Coffee ");
  const outcome = drafts.save(id);
  expect(stateOf(drafts)).toEqual({ phase: "saving", progress: "sending" });
  expect(list.get().rows).toMatchObject([{ title: "Coffee", $pending: { action: "create", phase: "sending" } }]);
  // The form and the row are one thing on the page.
  expect(createRowActions(session, router).keyOf(list.get().rows[0] ?? tea)).toBe(id);
  await expect(outcome).resolves.toEqual({ status: "done", row: saved });

  const [input] = create.mock.calls[0] ?? [];
  expect(input).toEqual({ title: "Coffee", body: "", key: expect.stringMatching(/^[\da-f-]{36}$/) as string });
  expect(drafts.get()).toEqual([]);
  expect(news).toEqual(["n2"]);
});

test("only what was written is sent with a change", async () => {
  const { drafts, update } = start();
  update.mockResolvedValue({ ...tea, title: "Green tea", version: 4 });

  await drafts.save(write(drafts, tea, "Green tea"));

  const key = expect.any(String) as string;
  expect(update).toHaveBeenCalledExactlyOnceWith({ id: "n1", version: 3, title: "Green tea", key });
});

test("REL-08: what is saved without a connection waits, can be written on, and is sent when there is one", async () => {
  const { drafts, create, connect } = start();
  create.mockResolvedValue({ ...tea, id: "n2" });
  connect(false);

  const id = writeNew(drafts, "Coffee");
  void drafts.save(id);
  expect(stateOf(drafts)).toEqual({ phase: "saving", progress: "waiting" });
  expect(drafts.hasUnsaved()).toBe(true);

  drafts.reopen(id);
  await settled();
  expect(stateOf(drafts)).toMatchObject({ phase: "writing" });
  drafts.write(id, { body: "black" });
  void drafts.save(id);
  expect(create).not.toHaveBeenCalled();
  connect(true);
  await settled();

  expect(create).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ title: "Coffee", body: "black" }));
  expect(drafts.hasUnsaved()).toBe(false);
});

test("CRU-31, REL-05: an attempt that may have been carried out is made again with its key until it is known, whatever it meets", async () => {
  const { drafts, create, connect } = start();
  const busy = refusal({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED" });
  create.mockRejectedValueOnce(lost).mockRejectedValueOnce(notSent).mockRejectedValueOnce(busy);
  create.mockResolvedValueOnce({ ...tea, id: "n2" });

  const id = writeNew(drafts, "Coffee");
  void drafts.save(id);
  connect(false);
  await settled();
  expect(stateOf(drafts)).toEqual({ phase: "saving", progress: "checking" });
  drafts.reopen(id);
  expect(stateOf(drafts)).toMatchObject({ phase: "saving" });
  connect(true);
  for (const attempts of [2, 3]) {
    await settled();
    expect(create).toHaveBeenCalledTimes(attempts);
    expect(stateOf(drafts)).toEqual({ phase: "saving", progress: "checking" });
    await vi.advanceTimersByTimeAsync(5_000);
  }

  expect(new Set(create.mock.calls.map(([input]) => input["key"])).size).toBe(1);
  expect(drafts.get()).toEqual([]);
});

test("other values are another attempt with another key", async () => {
  const { drafts, create } = start();
  create.mockRejectedValue(refusal({ code: "INTERNAL_SERVER_ERROR" }));

  const id = writeNew(drafts, "Coffee");
  await drafts.save(id);
  await drafts.save(id);
  drafts.write(id, { title: "Cocoa" });
  await drafts.save(id);

  const [first, again, other] = create.mock.calls.map(([input]) => input["key"]);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test("a change is made from the version that was read, and a conflict puts both versions before the person", async () => {
  const { drafts, update } = start();
  const theirs = { ...tea, title: "Black tea", version: 5 };
  update.mockRejectedValueOnce(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: theirs }));

  const id = write(drafts, tea, "Green tea");
  await expect(drafts.save(id)).resolves.toMatchObject({ status: "conflict" });

  const [draft] = drafts.get();
  expect(draft && conflictOf(draft)).toEqual({
    mine: { title: "Green tea", body: "Earl Grey" },
    theirs: { title: "Black tea", body: "Earl Grey" },
    current: theirs,
    fields: ["title"],
  });

  update.mockResolvedValueOnce({ ...theirs, title: "Green tea", version: 6 });
  await expect(drafts.keepMine(id)).resolves.toMatchObject({ status: "done" });
  expect(update.mock.lastCall?.[0]).toMatchObject({ version: 5, title: "Green tea" });
  expect(update.mock.lastCall?.[0]["key"]).not.toBe(update.mock.calls[0]?.[0]["key"]);
  expect(drafts.get()).toEqual([]);
});

test("after a conflict the person can go on writing on top of the other version, whose other fields are kept", async () => {
  const { drafts, update } = start();
  const theirs = { ...tea, title: "Black tea", body: "Assam", version: 5 };
  const id = write(drafts, tea, "Green tea");

  drafts.compare(id, theirs);
  drafts.rebase(id);
  expect(drafts.get()).toMatchObject([
    { values: { title: "Green tea", body: "Assam" }, base: theirs, state: { phase: "writing" } },
  ]);

  update.mockResolvedValue(tea);
  await drafts.save(id);
  expect(update.mock.lastCall?.[0]).toMatchObject({ version: 5, title: "Green tea" });
});

test("what somebody else wrote in other fields meanwhile is kept, and nobody is asked", async () => {
  const { drafts, update } = start();
  const theirs = { ...tea, body: "Assam", version: 5 };
  const trouble = vi.fn<() => void>();
  drafts.onTrouble(trouble);
  update.mockRejectedValueOnce(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: theirs }));
  update.mockResolvedValueOnce({ ...theirs, title: "Green tea", version: 6 });

  const id = write(drafts, tea, "Green tea");
  await expect(Promise.all([drafts.save(id), drafts.save(id)])).resolves.toMatchObject([
    { status: "done", row: { title: "Green tea", body: "Assam" } },
    { status: "done" },
  ]);

  const key = expect.any(String) as string;
  expect(update.mock.calls[1]).toEqual([{ id: "n1", version: 5, title: "Green tea", key }]);
  expect(update.mock.calls[1]?.[0]["key"]).not.toBe(update.mock.calls[0]?.[0]["key"]);
  expect(trouble).not.toHaveBeenCalled();
  expect(drafts.get()).toEqual([]);
});

test("a conflict that names no newer version is put before the person instead of being tried for ever", async () => {
  const { drafts, update } = start();
  update.mockRejectedValue(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: tea }));

  await drafts.save(write(drafts, tea, "Green tea"));

  expect(stateOf(drafts)).toMatchObject({ phase: "conflict" });
  expect(update).toHaveBeenCalledTimes(1);
});

test("only the fields that both wrote are in conflict: the others are kept, whichever version is chosen", async () => {
  const theirs = { ...tea, title: "Black tea", body: "Assam", version: 5 };

  for (const choose of ["keepMine", "takeTheirs"] as const) {
    const { drafts, update } = start();
    update.mockResolvedValue({ ...theirs, version: 6 });
    const id = write(drafts, tea, "Green tea");
    drafts.compare(id, theirs);
    const [draft] = drafts.get();
    expect(draft && conflictOf(draft)).toMatchObject({
      mine: { title: "Green tea", body: "Assam" },
      theirs: { title: "Black tea", body: "Assam" },
      fields: ["title"],
    });

    await drafts[choose](id);
    const key = expect.any(String) as string;
    expect(update.mock.calls).toEqual(
      choose === "keepMine" ? [[{ id: "n1", version: 5, title: "Green tea", key }]] : [],
    );
    expect(drafts.get()).toEqual([]);
  }
});

test("who takes the other version of one field does not lose what they wrote in another", async () => {
  const { drafts, update } = start();
  update.mockResolvedValue({ ...tea, version: 6 });
  const id = write(drafts, tea, "Green tea");
  drafts.write(id, { body: "Sencha" });

  drafts.compare(id, { ...tea, title: "Black tea", version: 5 });
  await drafts.takeTheirs(id);

  const key = expect.any(String) as string;
  expect(update).toHaveBeenCalledExactlyOnceWith({ id: "n1", version: 5, body: "Sencha", key });
});

test("fields nobody writes in follow the row while others are written, and a late frame takes nothing back", () => {
  const { drafts, push } = start();
  const id = write(drafts, tea, "Green tea");

  push({ ...tea, body: "Assam", version: 5 });
  push({ ...tea, title: "Green tea", version: 4 });
  expect(drafts.get()).toMatchObject([{ base: { version: 5 }, values: { title: "Green tea", body: "Assam" } }]);

  push({ ...tea, title: "Black tea", version: 6 });
  expect(drafts.get()).toMatchObject([{ base: { version: 5 }, values: { title: "Green tea", body: "Assam" } }]);
  drafts.discard(id);
});

test("a row that comes back while somebody holds on to what they wrote in it is changed, and no second one is made", async () => {
  const { drafts, update, create, push } = start();
  update.mockRejectedValueOnce(refusal({ code: "NOT_FOUND" })).mockResolvedValueOnce({ ...tea, version: 6 });
  const id = write(drafts, tea, "Green tea");
  await drafts.save(id);
  expect(stateOf(drafts)).toEqual({ phase: "gone" });

  push({ ...tea, version: 5 });
  expect(stateOf(drafts)).toMatchObject({ phase: "writing" });
  await drafts.save(id);

  expect(update.mock.lastCall?.[0]).toMatchObject({ version: 5, title: "Green tea" });
  expect(create).not.toHaveBeenCalled();
});

test("the copy of a row that is gone is another row: what is done to the first one, once it is back, is done to that one", async () => {
  const { drafts, update, create, session, router } = start();
  update.mockRejectedValueOnce(refusal({ code: "NOT_FOUND" })).mockResolvedValueOnce({ ...tea, version: 6 });
  create.mockResolvedValue({ ...tea, id: "n2", version: 1 });
  const id = write(drafts, tea, "Green tea");
  await drafts.save(id);
  await drafts.saveAsNew(id);

  await createRowActions(session, router).update({ ...tea, version: 5 }, { body: "Assam" });

  expect(update.mock.lastCall?.[0]).toMatchObject({ id: "n1", version: 5, body: "Assam" });
});

test("a conflict with one's own words is none: the earlier attempt was carried out", async () => {
  const { drafts, update } = start();
  const mine = { ...tea, title: "Green tea", version: 4 };
  update.mockRejectedValue(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: mine }));
  const news: number[] = [];
  drafts.onSaved((row) => news.push(row.version));

  await drafts.save(write(drafts, tea, "Green tea"));

  expect(drafts.get()).toEqual([]);
  expect(news).toEqual([4]);
});

test("what was written in a row that was removed meanwhile can be saved as a new one", async () => {
  const { drafts, update, create } = start();
  update.mockRejectedValue(refusal({ code: "NOT_FOUND" }));
  create.mockResolvedValue({ ...tea, id: "n2" });

  const id = write(drafts, tea, "Green tea");
  await drafts.save(id);
  expect(stateOf(drafts)).toEqual({ phase: "gone" });

  await drafts.saveAsNew(id);
  expect(create).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ title: "Green tea", body: "Earl Grey" }));
});

test("a new row is made of what the form does not show as well", async () => {
  const { session, router, create } = start();
  create.mockResolvedValue(tea);
  const titles = draftsOf(session, router, { form: "title", empty: { title: "" }, besides: { body: "black" } });

  await titles.save(writeNew(titles, "Coffee"));

  expect(create).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ title: "Coffee", body: "black" }));
});

test("what can be told without the server is told before anything is sent", async () => {
  const { drafts, create } = start();
  const id = drafts.open(null);
  drafts.write(id, { title: " " });

  await expect(drafts.save(id)).resolves.toMatchObject({ status: "invalid", fields: { title: ["Missing."] } });

  expect(stateOf(drafts)).toEqual({ phase: "writing", errors: { title: "Missing." }, failure: null });
  expect(create).not.toHaveBeenCalled();
});

test("what the server says of a field is shown at it; any other refusal keeps what was written in the form", async () => {
  const { drafts, create } = start();
  create.mockRejectedValueOnce(refusal({ code: "BAD_REQUEST", fields: { title: ["Too long."], other: ["?"] } }));
  const id = writeNew(drafts, "Coffee");
  await drafts.save(id);
  expect(stateOf(drafts)).toEqual({ phase: "writing", errors: { title: "Too long." }, failure: null });

  for (const data of [{ code: "TOO_MANY_REQUESTS" }, { code: "BAD_REQUEST", fields: { key: ["?"] } }]) {
    const error = refusal(data);
    create.mockRejectedValueOnce(error);
    await drafts.save(id);
    expect(drafts.get()).toMatchObject([{ values: { title: "Coffee" }, state: { phase: "writing", failure: error } }]);
  }
});

test("who saves twice saves once, and hears how that ends", async () => {
  const { drafts, update } = start();
  update.mockRejectedValue(refusal({ code: "FORBIDDEN" }));
  const id = write(drafts, tea, "Green tea");

  const both = await Promise.all([drafts.save(id), drafts.save(id)]);

  expect(both.map(({ status }) => status)).toEqual(["refused", "refused"]);
  expect(update).toHaveBeenCalledTimes(1);
});

test("saving what was not changed sends nothing and closes the form", async () => {
  const { drafts, update } = start();
  const id = drafts.open(tea);
  expect(drafts.hasUnsaved()).toBe(false);

  await expect(drafts.save(id)).resolves.toEqual({ status: "unchanged" });

  expect(drafts.get()).toEqual([]);
  expect(update).not.toHaveBeenCalled();
});

test("an expired session keeps what is written for its user, and what was on its way is sent, with its key, when they are back", async () => {
  const { drafts, update, fake } = start();
  update.mockReturnValueOnce(new Promise(() => {})).mockResolvedValueOnce({ ...tea, version: 4 });
  void drafts.save(write(drafts, tea, "Green tea"));
  await settled();

  fake.end("expired");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(update).toHaveBeenCalledTimes(1);
  expect(drafts.get()).toMatchObject([
    { values: { title: "Green tea" }, state: { phase: "saving", progress: "checking" } },
  ]);

  fake.signIn("ann");
  await settled();
  expect(update).toHaveBeenCalledTimes(2);
  expect(update.mock.calls[1]).toEqual(update.mock.calls[0]);
  expect(drafts.get()).toEqual([]);
});

test("a call that the end of the session refuses waits for its user too", async () => {
  const { drafts, update, fake } = start();
  update.mockRejectedValueOnce(refusal({ code: "UNAUTHORIZED" })).mockResolvedValueOnce({ ...tea, version: 4 });
  await drafts.save(write(drafts, tea, "Green tea"));
  expect(stateOf(drafts)).toEqual({ phase: "saving", progress: "waiting" });

  fake.end("expired");
  fake.signIn("ann");
  await settled();

  expect(drafts.get()).toEqual([]);
});

test("LOG-11: another user finds nothing, and nothing of the first one's is sent as theirs", async () => {
  const { drafts, create, connect, fake } = start();
  connect(false);
  void drafts.save(writeNew(drafts, "Ann's secret"));
  fake.end("expired");

  fake.signIn("bob");
  connect(true);
  await vi.advanceTimersByTimeAsync(60_000);

  expect(drafts.get()).toEqual([]);
  expect(create).not.toHaveBeenCalled();
});

test("while it is not known who is there nothing is sent", async () => {
  const { drafts, create, fake } = start();
  create.mockReturnValueOnce(new Promise(() => {}));
  void drafts.save(writeNew(drafts, "Ann's secret"));
  fake.replace();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(create).toHaveBeenCalledTimes(1);

  fake.signIn("bob");
  await settled();
  expect(drafts.get()).toEqual([]);
  expect(create).toHaveBeenCalledTimes(1);
});

test.each(["signed_out_elsewhere", "ended", "password_changed", "replaced"] as const)(
  "a session that is ended from elsewhere (%s) keeps what is being written for its user, and for nobody else",
  (reason) => {
    const { drafts, fake } = start();
    writeNew(drafts, "half a thought");
    fake.end(reason);
    fake.signIn("ann");
    expect(drafts.get()).toMatchObject([{ values: { title: "half a thought" } }]);

    fake.end(reason);
    fake.signIn("bob");
    expect(drafts.get()).toEqual([]);
    fake.signIn("ann");
    expect(drafts.get()).toEqual([]);
  },
);

test.each(["signed_out", "deactivated", "deleted", null] as const)(
  "OUT-07: a session that ends by %s leaves no text behind",
  (reason) => {
    const { drafts, fake } = start();
    writeNew(drafts, "secret");

    fake.end(reason);
    fake.signIn("ann");

    expect(drafts.get()).toEqual([]);
  },
);

test("a second new row is begun only when something is written in the first", () => {
  const { drafts } = start();
  const first = drafts.open(null);
  expect(drafts.open(null)).toBe(first);
  drafts.write(first, { body: "tea" });
  expect(drafts.open(null)).not.toBe(first);
  expect(drafts.get()).toHaveLength(2);
});

test("an answer that comes after the user has gone brings nothing back", async () => {
  const { drafts, create, fake } = start();
  const answer = Promise.withResolvers<Note>();
  create.mockReturnValue(answer.promise);
  void drafts.save(writeNew(drafts, "secret"));

  fake.end("signed_out");
  answer.resolve(tea);
  await settled();

  expect(drafts.get()).toEqual([]);
});

test("what is on its way is not written on, so that nothing goes with it when it arrives", async () => {
  const { drafts, update } = start();
  const answer = Promise.withResolvers<Note>();
  update.mockReturnValueOnce(answer.promise).mockResolvedValue(tea);
  const id = write(drafts, tea, "Green tea");
  void drafts.save(id);
  drafts.write(id, { body: "Sencha" });
  expect(drafts.get()).toMatchObject([{ values: { title: "Green tea", body: "Earl Grey" } }]);

  answer.reject(refusal({ code: "FORBIDDEN" }));
  await settled();
  drafts.write(id, { body: "Sencha" });
  expect(drafts.get()).toMatchObject([{ values: { title: "Green tea", body: "Sencha" } }]);
});

test("CRU-31: a new row that was made and removed before that was known here can be made once more", async () => {
  const { drafts, create } = start();
  create
    .mockRejectedValueOnce(lost)
    .mockRejectedValueOnce(refusal({ code: "NOT_FOUND" }))
    .mockResolvedValue(tea);
  const id = writeNew(drafts, "Coffee");
  void drafts.save(id);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(stateOf(drafts)).toMatchObject({ phase: "writing", failure: expect.any(Error) as Error });

  await drafts.save(id);
  const [first, retry, again] = create.mock.calls.map(([input]) => input["key"]);
  expect(retry).toBe(first);
  expect(again).not.toBe(first);
  expect(drafts.get()).toEqual([]);
});

test("what is forgotten while it is saved stays forgotten", async () => {
  const { drafts, update } = start();
  update.mockRejectedValue(refusal({ code: "NOT_FOUND" }));
  const id = write(drafts, tea, "Green tea");
  void drafts.save(id);
  drafts.discard(id);
  const again = drafts.open(tea);
  await settled();

  expect(drafts.get()).toMatchObject([{ id: again, state: { phase: "writing", failure: null } }]);
});

test("a draft that cannot be saved by itself is told of; one that only waits is not", async () => {
  const { drafts, update, create } = start();
  const seen: string[] = [];
  const stop = drafts.onTrouble(({ values, state }) => seen.push(`${values.title} ${state.phase}`));
  update.mockRejectedValue(refusal({ code: "NOT_FOUND" }));
  create.mockRejectedValue(lost);

  void drafts.save(write(drafts, tea, "Green tea"));
  void drafts.save(writeNew(drafts, "Coffee"));
  await settled();
  expect(seen).toEqual(["Green tea gone"]);

  stop();
  create.mockRejectedValue(refusal({ code: "FORBIDDEN" }));
  await drafts.saveAsNew("n1");
  expect(seen).toHaveLength(1);
});

test("what was done to a row and waits to be sent is unsaved work, too", async () => {
  const { session, router, update, connect } = start();
  update.mockResolvedValue({ ...tea, version: 4 });
  connect(false);
  void createRowActions(session, router).update(tea, { title: "Green tea" });
  expect(hasUnsavedWork(session)).toBe(true);

  connect(true);
  await settled();
  expect(hasUnsavedWork(session)).toBe(false);
});

test("a form keeps its drafts apart from those of another form of the router", () => {
  const { drafts, session, router } = start();
  const titles = draftsOf(session, router, { form: "title only", empty: { title: "" } });

  titles.open(tea);

  expect(titles.get()).toMatchObject([{ values: { title: "Tea" } }]);
  expect(drafts.get()).toEqual([]);
  expect(draftsOf(session, router, { form: "title only", empty: { title: "" } })).toBe(titles);
  expect(hasUnsavedWork(session)).toBe(false);
  titles.write("n1", { title: "Green tea" });
  expect(hasUnsavedWork(session)).toBe(true);
});

function start() {
  const fake = createFakeSession();
  const { session } = fake;
  const create = vi.fn<(input: NoteText & { readonly key?: string }) => Promise<Note>>();
  const update =
    vi.fn<
      (
        input: Partial<NoteText> & { readonly id: string; readonly version: number; readonly key?: string },
      ) => Promise<Note>
    >();
  let send: (frame: unknown) => void = () => {};
  const router = {
    // As tRPC's proxies do: it tells where the router is mounted.
    toString: () => "tRPC.proxy(note)",
    list: { query: async (_input?: object) => ({ rows: new Array<Note>() }) },
    live: {
      subscribe(_input: object, { onData }: { readonly onData: (frame: unknown) => void }) {
        send = onData;
        onData({ id: "1", data: { type: "list", rows: [] } });
        return { unsubscribe() {} };
      },
    },
    create: { mutate: create },
    update: { mutate: update },
  };
  fake.signIn("ann");
  const list = createLiveList(session, router);
  list.subscribe(() => {});
  const drafts = draftsOf(session, router, {
    empty: { title: "", body: "" },
    normalize: ({ title, body }) => ({ title: title.trim(), body }),
    validate: ({ title }) => (title.trim() === "" ? { title: "Missing." } : {}),
    preview: (values) => values,
  });
  const push = (...rows: readonly Note[]) => send({ id: "2", data: { type: "list", rows } });
  return { drafts, create, update, fake, list, session, router, push, connect: fake.connect };
}

type Drafts = ReturnType<typeof start>["drafts"];

function write(drafts: Drafts, note: Note, title: string): string {
  const id = drafts.open(note);
  drafts.write(id, { title });
  return id;
}

function writeNew(
  drafts: Pick<Drafts, "open"> & { write(id: string, values: { title: string }): void },
  title: string,
): string {
  const id = drafts.open(null);
  drafts.write(id, { title });
  return id;
}

function stateOf(drafts: Drafts) {
  return drafts.get()[0]?.state;
}

async function settled() {
  await vi.advanceTimersByTimeAsync(0);
}

function refusal(data: Record<string, unknown>) {
  return TRPCClientError.from<never>({ error: { message: "refused", code: -32_000, data } } as never);
}
