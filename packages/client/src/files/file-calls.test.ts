import { describe, expect, test } from "vitest";

import { CallFailure, type CallFailureKind } from "../call-failure.ts";
import { readErrorData } from "../error-data.ts";
import type { IdentityChange } from "../identity.ts";
import { failureOf } from "../test/failure-of.ts";
import { type Fate, startFileServer } from "../test/file-server.ts";
import { NodeXhr } from "../test/node-xhr.ts";

import { createFileCalls } from "./file-calls.ts";
import { uploadsOf } from "./upload-queue.ts";

/** A server, and the calls of a page. */
async function start(...fates: readonly Fate[]) {
  const server = await startFileServer();
  server.fates.push(...fates);
  const drops = new Set<(kind: CallFailureKind) => void>();
  let handOvers = 0;
  const calls = createFileCalls({
    url: server.url,
    // The cast: it has what is used of it.
    XMLHttpRequest: () => new NodeXhr() as unknown as XMLHttpRequest,
    fetch,
    connection: { handOver: async () => void handOvers++ },
    drops,
    stallMs: 300,
  });
  return {
    server,
    calls,
    drops,
    handOvers: () => handOvers,
    upload: (text = "the plan", options = {}) =>
      calls.uploadFile("attachment.upload", { name: "plän.txt" }, new Blob([text]), options),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const outcome = "GET /files/attachment.upload";
const upload = "POST /files/attachment.upload";

describe("sending a file", () => {
  test("answers what the procedure answers, tells how much is sent, and leaves nothing behind", async () => {
    await using page = await start();
    const told: number[] = [];
    const text = "x".repeat(300_000);
    const answer = await page.upload(text, { onProgress: ({ sent }: { sent: number }) => told.push(sent) });
    expect(answer).toEqual({ name: "plän.txt", text: `application/octet-stream: ${text}` });
    expect(told.at(-1)).toBe(300_000);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(page.drops.size).toBe(0);
  });

  test("when the answer is lost, it asks, and does not send again what was kept", async () => {
    await using page = await start("lose the answer");
    expect(await page.upload()).toMatchObject({ name: "plän.txt" });
    expect(page.server.requests).toEqual([upload, outcome]);
  });

  test.each([["break off"], ["hang"], ["answer as a proxy does"]] as const)(
    "when nothing was kept (%s), it sends once more, with the same key",
    async (fate) => {
      await using page = await start(fate);
      expect(await page.upload()).toMatchObject({ name: "plän.txt" });
      expect(page.server.requests).toEqual([upload, outcome, upload]);
      expect(page.server.kept.size).toBe(1);
    },
  );

  test("twice without success is a failure that says that the outcome is not known", async () => {
    await using page = await start("break off", "break off");
    const error = await failureOf(page.upload());
    expect(error).toBeInstanceOf(CallFailure);
    expect(error).toMatchObject({ kind: "disconnected", outcome: "unknown" });
    expect(page.server.requests).toEqual([upload, outcome, upload, outcome]);
  });

  test("a refusal is thrown with what the server says of it, and not sent again", async () => {
    const refuse = { code: "PAYLOAD_TOO_LARGE", reason: "FILE_TOO_LARGE", httpStatus: 413, details: { mostBytes: 5 } };
    await using page = await start({ refuse, status: 413 });
    expect(readErrorData(await failureOf(page.upload()))).toEqual(refuse);
    expect(page.server.requests).toEqual([upload]);
  });

  test("with a token that was replaced meanwhile it waits for the new one and sends once more", async () => {
    const refuse = { code: "UNAUTHORIZED", reason: "STALE_CONNECTION" };
    await using page = await start({ refuse, status: 401 });
    expect(await page.upload()).toMatchObject({ name: "plän.txt" });
    expect(page.handOvers()).toBe(1);
    expect(page.server.requests).toEqual([upload, upload]);
  });

  test("taken back, it ends at once with the reason; when it had ended before it began, nothing is sent", async () => {
    await using page = await start("hang");
    const abort = new AbortController();
    const sending = failureOf(page.upload("x", { signal: abort.signal }));
    setTimeout(() => abort.abort(new Error("Not now.")), 50);
    expect(await sending).toMatchObject({ message: "Not now." });
    expect(await failureOf(page.upload("x", { signal: abort.signal }))).toMatchObject({ message: "Not now." });
    expect(page.server.requests).toEqual([upload]);
  });

  test("when somebody else is signed in, it ends, and nothing of it is asked or sent for them", async () => {
    await using page = await start("hang");
    const sending = failureOf(page.upload());
    setTimeout(() => [...page.drops].forEach((drop) => drop("identity-changed")), 50);
    expect(await sending).toMatchObject({ kind: "identity-changed" });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(page.server.requests).toEqual([upload]);
  });

  test("a file's address names it, and a picture's asks for it inline", async () => {
    await using page = await start();
    const { fileUrl } = page.calls;
    expect(fileUrl("attachment.download", { id: "a&b" })).toBe(
      `${page.server.url}/files/attachment.download?input=%7B%22id%22%3A%22a%26b%22%7D`,
    );
    expect(fileUrl("attachment.download", { id: "a" }, { inline: true })).toMatch(/%22%7D&inline$/);
  });
});

describe("a queue of files", () => {
  async function startQueue(...fates: readonly Fate[]) {
    const page = await start(...fates);
    const listeners = new Set<(change: IdentityChange) => void>();
    const onIdentityChange = (listener: (change: IdentityChange) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
    const client = { ...page.calls, onIdentityChange };
    const queue = uploadsOf(client, "attachment.upload", { taskId: "1" });
    const add = (...names: string[]) => queue.add(names.map((name) => new File([name], name)));
    return {
      ...page,
      queue,
      add,
      find: () => uploadsOf(client, "attachment.upload", { taskId: "1" }),
      names: () => [...page.server.kept.values()].map(({ name }) => name),
      listening: () => listeners.size,
      change: (type: IdentityChange["type"]) => listeners.forEach((hear) => hear({ type, epoch: 1, isOwn: false })),
    };
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let tries = 0; !holds(); tries += 1) {
      if (tries > 300) throw new Error("It did not come to hold in time.");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  test("sends all, three at once, and those that were taken are gone from it", async () => {
    await using page = await startQueue();
    page.add("a", "b", "c", "d", "e");
    const statuses = page.queue.uploads.get().map(({ status }) => status);
    expect(statuses).toEqual(["sending", "sending", "sending", "waiting", "waiting"]);
    await until(() => page.queue.uploads.get().length === 0);
    expect(new Set(page.names())).toEqual(new Set(["a", "b", "c", "d", "e"]));
  });

  test("goes on while nobody looks: whoever looks again finds it, and when it is done nothing is left of it", async () => {
    await using page = await startQueue();
    page.add("a");
    expect(page.find()).toBe(page.queue);
    expect(page.listening()).toBe(1);
    await until(() => page.queue.uploads.get().length === 0);
    expect(page.find()).not.toBe(page.queue);
    expect(page.listening()).toBe(0);
  });

  test("one that was refused stays with its reason, and can be sent again or taken away", async () => {
    const refusal = { refuse: { code: "FORBIDDEN", reason: "QUOTA_REACHED" }, status: 403 };
    await using page = await startQueue(refusal, refusal);
    page.add("a");
    await until(() => page.queue.uploads.get()[0]?.status === "failed");
    const [first] = page.queue.uploads.get();
    expect(readErrorData(first?.error)?.reason).toBe("QUOTA_REACHED");
    page.queue.retry(first?.id ?? "");
    await until(() => page.queue.uploads.get()[0]?.status === "failed" && page.server.requests.length === 2);
    page.queue.retry(first?.id ?? "");
    await until(() => page.names().length === 1);
    await until(() => page.queue.uploads.get().length === 0);
    expect(page.server.requests).toEqual([upload, upload, upload]);
  });

  test("one that is taken back makes room for the next; at a change of user all are gone", async () => {
    await using page = await startQueue("hang", "hang", "hang", "keep");
    page.add("a", "b", "c", "d");
    const [first] = page.queue.uploads.get();
    await until(() => page.server.requests.length === 3);
    page.queue.cancel(first?.id ?? "");
    await until(() => page.names().length === 1);
    await until(() => page.queue.uploads.get().length === 2);
    page.change("signed-in");
    expect(page.queue.uploads.get()).toHaveLength(2);
    page.change("switched");
    expect(page.queue.uploads.get()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(page.names()).toEqual(["d"]);
  });
});
