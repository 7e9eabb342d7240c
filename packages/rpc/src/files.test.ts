import { createHash, randomBytes, randomUUID } from "node:crypto";
import { connect } from "node:net";

import { eq } from "drizzle-orm";
import { describe, expect, test, vi } from "vitest";

import { describeDatabases, sqliteDialect as sqlite } from "@app/services/databases";
import { DatabaseUnavailable, openDatabase } from "@countersign/db";

import { mostPapers, startFiles, type FileApp } from "./test/start-files.ts";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");

function downloadPath(id: string, query = ""): string {
  return `/files/paper.download?input=${encodeURIComponent(JSON.stringify({ id }))}${query}`;
}

/** Waits until a condition holds: for what happens after the answer. */
async function until(holds: () => Promise<boolean> | boolean, ms = 3000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("It did not come to hold in time.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What is left when all that was under way is over. */
async function leftIn(files: FileApp): Promise<object> {
  const { db, app } = files.app;
  await until(() => app.services.transfers.size === 0);
  const { papers, storedFiles } = db.tables;
  return { files: await files.stored(), papers: await db.$count(papers), known: await db.$count(storedFiles) };
}

const nothing = { files: [], papers: 0, known: 0 };

describeDatabases((dialect) => {
  test("W6: a file goes in and comes out as it was, for its owner; for a second user and a visitor it is not there", async () => {
    await using files = await startFiles(dialect);
    const [ann, bob] = [await files.app.signIn("ann"), await files.app.signIn("bob")];
    const body = Buffer.concat([png, randomBytes(400_000)]);

    const sent = await files.upload({ cookie: ann.cookie, name: "../a “photo”.png", body });

    expect(sent.status).toBe(200);
    const paper = sent.data;
    const digest = createHash("sha256").update(body).digest("hex");
    expect(paper).toMatchObject({ name: "a “photo”.png", type: "image/png", size: body.length, digest });
    expect(await files.stored()).toHaveLength(1);

    const got = await files.get(downloadPath(paper.id), { cookie: ann.cookie });
    expect(got.status).toBe(200);
    expect(got.bytes.equals(body)).toBe(true);
    expect(got.headers).toMatchObject({
      "content-type": "image/png",
      "content-length": String(body.length),
      "content-disposition": `attachment; filename="a _photo_.png"; filename*=UTF-8''a%20%E2%80%9Cphoto%E2%80%9D.png`,
      "cache-control": "private, no-store",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
    const head = await files.get(downloadPath(paper.id), { cookie: ann.cookie, method: "HEAD" });
    expect([head.status, head.headers["content-length"], head.bytes.length]).toEqual([200, String(body.length), 0]);

    const others = await files.get(downloadPath(paper.id), { cookie: bob.cookie });
    const missing = await files.get(downloadPath(randomUUID()), { cookie: ann.cookie });
    expect([others.status, missing.status]).toEqual([404, 404]);
    expect(others.json).toEqual(missing.json);
    expect((await files.get(downloadPath(paper.id))).status).toBe(401);
    expect((await files.get(downloadPath(paper.id), { cookie: bob.cookie, method: "HEAD" })).status).toBe(404);
    await until(() => files.app.app.services.transfers.size === 0);
  });

  test("W6: nobody and those without the right are refused before a byte is stored", async () => {
    await using files = await startFiles(dialect);
    const ann = await files.app.signIn("ann");
    const body = randomBytes(100_000);

    expect((await files.upload({ body })).error).toMatchObject({ code: "UNAUTHORIZED", httpStatus: 401 });
    expect((await files.upload({ cookie: "session=" + "A".repeat(43), body })).status).toBe(401);
    const writers = await files.upload({ cookie: ann.cookie, path: "paper.uploadAsWriter", body });
    expect(writers.error).toMatchObject({ code: "FORBIDDEN", path: "paper.uploadAsWriter" });
    expect((await files.upload({ cookie: ann.cookie, name: "forbidden.txt", body })).status).toBe(403);

    // The refusal does not wait for the file.
    const slow = files.beginUpload({
      cookie: ann.cookie,
      name: "forbidden.txt",
      headers: { "content-length": "1000" },
    });
    slow.request.write("x");
    expect((await slow.answer).status).toBe(403);
    slow.request.destroy();
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("W6: a file of the most bytes is taken, one more is refused, whether its size is declared or not", async () => {
    await using files = await startFiles(dialect, { settings: { MAX_UPLOAD_BYTES: 200_000 } });
    const { cookie } = await files.app.signIn("ann");
    const most = "x".repeat(200_000);
    const refusal = {
      code: "PAYLOAD_TOO_LARGE",
      reason: "FILE_TOO_LARGE",
      details: { mostBytes: 200_000 },
      httpStatus: 413,
    };
    const chunked = { "transfer-encoding": "chunked" };

    expect((await files.upload({ cookie, body: `${most}y` })).error).toMatchObject(refusal);
    expect((await files.upload({ cookie, body: `${most}y`, headers: chunked })).error).toMatchObject(refusal);
    // Declared small, sent large: HTTP itself ends it at the declared size.
    expect(await leftIn(files)).toEqual(nothing);

    expect((await files.upload({ cookie, body: most })).data.size).toBe(200_000);
    expect((await files.upload({ cookie, body: most, headers: chunked })).data.size).toBe(200_000);
    expect(await files.stored()).toHaveLength(2);
  });

  test("W6: a retry with the same key and file gets the first answer and leaves one file; another file is a conflict", async () => {
    await using files = await startFiles(dialect);
    const [ann, bob] = [await files.app.signIn("ann"), await files.app.signIn("bob")];
    const key = "one-upload-key";
    const outcome = `/files/paper.upload?input=${encodeURIComponent(JSON.stringify({ name: "a.txt", key }))}`;
    expect((await files.get(outcome, { cookie: ann.cookie })).json).toEqual({ result: { data: null } });

    const both = await Promise.all([1, 2].map(() => files.upload({ cookie: ann.cookie, key })));
    expect(both[0]?.data.id).toBeTypeOf("string");
    expect(both[1]?.json).toEqual(both[0]?.json);
    const other = await files.upload({ cookie: ann.cookie, key, body: "other text" });
    expect(other.error).toMatchObject({ code: "CONFLICT", reason: "KEY_REUSED" });

    expect((await files.get(outcome, { cookie: ann.cookie })).json).toEqual(both[0]?.json);
    expect((await files.get(outcome, { cookie: bob.cookie })).json).toEqual({ result: { data: null } });
    expect((await files.get(outcome)).status).toBe(401);
    expect(await files.stored()).toHaveLength(1);
    expect(await files.app.db.select().from(files.app.db.tables.papers)).toHaveLength(1);
  });

  test("W6: of many at once no more are kept than there is room for, and the others leave nothing", async () => {
    await using files = await startFiles(dialect);
    const { cookie } = await files.app.signIn("ann");
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => files.upload({ cookie, body: `text ${n}` })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(mostPapers);
    expect(answers.filter(({ error }) => error?.reason === "QUOTA_REACHED")).toHaveLength(2);
    expect(await files.stored()).toHaveLength(mostPapers);
    expect(await files.app.db.select().from(files.app.db.tables.storedFiles)).toHaveLength(mostPapers);
  });

  test("W6: what fails when its row is made leaves nothing, and the answer says nothing of why", async () => {
    await using files = await startFiles(dialect);
    const { cookie } = await files.app.signIn("ann");
    const failed = await files.upload({ cookie, name: "fails.txt" });
    expect(failed.status).toBe(500);
    expect(JSON.stringify(failed.json)).not.toContain("cannot be made");
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("W6: an upload that breaks off leaves nothing", async () => {
    await using files = await startFiles(dialect);
    const { cookie } = await files.app.signIn("ann");
    const { request } = files.beginUpload({ cookie, headers: { "content-length": "100000" } });
    request.write(randomBytes(10).toString("hex").repeat(1000));
    await until(async () => (await files.stored()).length === 1);
    request.destroy();
    expect(await leftIn(files)).toEqual(nothing);
    // People close windows: that is nothing to log.
    expect(files.app.logged).toEqual([]);
  });

  test("W6, R4: signing out in the middle of an upload ends it with 401 at once, and nothing is kept", async () => {
    await using files = await startFiles(dialect);
    const ann = await files.app.signIn("ann");
    const { request, answer } = files.beginUpload({ cookie: ann.cookie, headers: { "content-length": "100000" } });
    request.write("x".repeat(50_000));
    await until(async () => (await files.stored()).length === 1);

    const signedOutAt = performance.now();
    await files.app.http("auth.logout", { cookie: ann.cookie });
    expect((await answer).error).toMatchObject({ code: "UNAUTHORIZED" });
    expect(performance.now() - signedOutAt).toBeLessThan(1000);
    request.destroy();
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("W6: when the session gets a new token in the middle of an upload, it is told so, and sent again with the new one", async () => {
    await using files = await startFiles(dialect);
    const { cookie, password } = await files.app.signIn("ann");
    const key = "before-and-after";
    const { request, answer } = files.beginUpload({ cookie, key, headers: { "content-length": "100000" } });
    request.write("x".repeat(50_000));
    await until(async () => (await files.stored()).length === 1);

    const confirmed = await files.app.http("auth.stepUp", { input: { password }, cookie });
    expect(confirmed.headers.get("session-change")).toBe("rotated");
    expect((await answer).error).toMatchObject({ code: "UNAUTHORIZED", reason: "STALE_CONNECTION" });
    request.destroy();
    expect(await leftIn(files)).toEqual(nothing);

    const renewed = confirmed.headers.getSetCookie()[0]?.split(";", 1)[0];
    expect((await files.upload({ cookie: renewed, key })).status).toBe(200);
    expect((await files.upload({ cookie, key })).status).toBe(401);
  });

  test("W6, R4: a right that is taken away by hand in the middle of an upload ends it", async () => {
    await using files = await startFiles(dialect);
    const ann = await files.app.signIn("ann");
    const { request, answer } = files.beginUpload({ cookie: ann.cookie, headers: { "content-length": "100000" } });
    request.write("x".repeat(50_000));
    await until(async () => (await files.stored()).length === 1);
    const { users } = files.app.db.tables;
    await files.app.db.update(users).set({ isActive: false }).where(eq(users.id, ann.id));
    files.app.bus.publish({ kind: "user", userId: ann.id });
    expect((await answer).status).toBe(401);
    request.destroy();
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("W6, R3: a session that another process ends cuts its downloads within the poll", async () => {
    await using files = await startFiles(dialect);
    const [ann, bob] = [await files.app.signIn("ann"), await files.app.signIn("bob")];
    const body = Buffer.alloc(16 * 1024 * 1024, "x");
    const readers: Awaited<ReturnType<typeof openReader>>[] = [];
    for (const { cookie } of [ann, bob]) {
      const { id } = (await files.upload({ cookie, body })).data;
      readers.push(await openReader(files, downloadPath(id), cookie));
    }
    await until(() => readers.every(({ read }) => read > 0));
    const elsewhere = await openDatabase(files.databaseUrl, { migrations: [] });
    const { sessions } = elsewhere.tables;

    await elsewhere.delete(sessions).where(eq(sessions.userId, ann.id));
    const endedAt = performance.now();
    await until(() => files.app.app.services.transfers.size === 1);
    expect(performance.now() - endedAt).toBeLessThan(1000);

    // Another user's goes on to its end.
    readers[1]?.resume();
    await until(() => (readers[1]?.read ?? 0) > body.length);
    for (const reader of readers) await reader[Symbol.asyncDispose]();
    await elsewhere.close();
  });

  test("W6: when the connection to the database is lost at the commit, the file is kept until it is known what became of it", async () => {
    let now = Date.now();
    await using files = await startFiles(dialect, { clock: { now: () => now } });
    const { cookie } = await files.app.signIn("ann");
    const { db } = files.app;
    const { papers } = db.tables;
    const commit = db.transaction.bind(db);
    const lost = () => new DatabaseUnavailable("The connection was lost.", { outcomeUnknown: true });
    let isCommitted = true;
    let losses = 0;
    // Lost is the first that makes a paper. What goes on beside it, a sign-in that is counted, is let through.
    vi.spyOn(db, "transaction").mockImplementation(async (body) => {
      let isLost = false;
      const result = await commit(async (tx) => {
        const before = await tx.$count(papers);
        const made = await body(tx);
        isLost = losses === 0 && (await tx.$count(papers)) > before;
        if (!isLost) return made;
        losses += 1;
        if (!isCommitted) throw lost();
        return made;
      });
      if (isLost) throw lost();
      return result;
    });

    const key = "the-first-upload";
    expect((await files.upload({ cookie, key })).error).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      reason: "OUTCOME_UNKNOWN",
    });
    expect(losses).toBe(1);
    expect(await files.stored()).toHaveLength(1);
    const again = await files.upload({ cookie, key });
    expect(again.status).toBe(200);
    expect((await files.get(downloadPath(again.data.id), { cookie })).bytes.toString()).toBe("some text");
    expect(await files.stored()).toHaveLength(1);

    [isCommitted, losses] = [false, 0];
    expect((await files.upload({ cookie, key: "the-second-upload" })).status).toBe(503);
    expect(losses).toBe(1);
    expect(await files.stored()).toHaveLength(2);
    await files.app.app.services.files?.sweep();
    expect(await files.stored()).toHaveLength(2);
    now += (files.app.app.services.settings.TRANSFER_SECONDS + 3601) * 1000;
    await files.app.app.services.files?.sweep();
    expect(await files.stored()).toHaveLength(1);
  });

  test("W6: the sweep removes what no row names any more, with its owner's account too, and nothing else", async () => {
    let now = Date.now();
    await using files = await startFiles(dialect, { clock: { now: () => now } });
    const [ann, bob] = [await files.app.signIn("ann"), await files.app.signIn("bob")];
    const { services } = files.app.app;
    for (const { cookie } of [ann, ann, bob]) expect((await files.upload({ cookie })).status).toBe(200);
    const [kept] = await files.app.db
      .select()
      .from(files.app.db.tables.papers)
      .where(eq(files.app.db.tables.papers.ownerId, bob.id));
    // One that broke off with its server, and one on its way.
    const broken = await services.files?.expect();
    await services.files?.store.write(
      broken ?? "",
      (async function* () {
        yield Buffer.from("half");
      })(),
    );

    expect((await files.app.http("account.delete", { input: {}, cookie: ann.cookie })).status).toBe(200);
    await services.files?.sweep();
    expect(new Set(await files.stored())).toEqual(new Set([kept?.storageKey, broken]));

    now += (services.settings.TRANSFER_SECONDS + 3600) * 1000 - 1000;
    const onItsWay = await services.files?.expect();
    await services.files?.sweep();
    expect(await files.stored()).toHaveLength(2);
    now += 2000;
    await services.files?.sweep();
    expect(await files.stored()).toEqual([kept?.storageKey]);
    const known = await files.app.db.select().from(files.app.db.tables.storedFiles);
    expect(new Set(known.map(({ key }) => key))).toEqual(new Set([kept?.storageKey, onItsWay]));
  });
});

describe("files", () => {
  test.each([
    { what: "no Origin", headers: { origin: null } },
    { what: "a foreign Origin", headers: { origin: "https://evil.example" } },
    { what: "Origin null", headers: { origin: "null" } },
    { what: "no Origin, cross-site", headers: { origin: null, "sec-fetch-site": "cross-site" } },
    { what: "no Origin, another site of the same domain", headers: { origin: null, "sec-fetch-site": "same-site" } },
  ])("CSRF: an upload with $what is refused", async ({ headers }) => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    expect((await files.upload({ cookie, headers })).status).toBe(403);
    expect(await leftIn(files)).toEqual(nothing);
  });

  test.each([
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json",
    "image/png",
    null,
  ])("CSRF: a body of type %s, as a form could send it, is refused", async (type) => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const answer = await files.upload({ cookie, headers: { "content-type": type } });
    expect(answer.status).toBe(415);
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("CSRF: a page elsewhere is not allowed to ask with our headers, and one of ours is", async () => {
    await using files = await startFiles(sqlite, { allowedOrigins: ["https://app.example"] });
    const preflight = (origin: string) =>
      files.get("/files/paper.upload", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    expect((await preflight("https://evil.example")).status).toBe(403);
    const own = await preflight("https://app.example");
    expect([own.status, own.headers["access-control-allow-headers"]]).toEqual([204, "content-type, file-input"]);
    expect((await preflight("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("a download that another site asks for, or that is to be run or framed, is refused", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const { id } = (await files.upload({ cookie, body: png, name: "a.png" })).data;
    const ask = async (headers: Record<string, string>) =>
      (await files.get(downloadPath(id), { cookie, headers })).status;
    expect(await ask({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await ask({ origin: "https://evil.example" })).toBe(403);
    for (const dest of ["script", "style", "iframe", "object", "embed", "worker"]) {
      expect(await ask({ "sec-fetch-site": "same-origin", "sec-fetch-dest": dest }), dest).toBe(403);
    }
    for (const dest of ["image", "document", "empty"]) {
      expect(await ask({ "sec-fetch-site": "same-origin", "sec-fetch-dest": dest }), dest).toBe(200);
    }
  });

  test.each([
    {
      what: "a page",
      body: "<!doctype html><script>alert(1)</script>",
      name: "page.html",
      type: "text/plain",
      called: "page.html.txt",
    },
    {
      what: "an SVG",
      body: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      name: "x.svg",
      type: "text/plain",
      called: "x.svg.txt",
    },
    {
      what: "a picture that is a page too",
      body: "GIF89a/*<script>alert(1)</script>*/",
      name: "x.html",
      type: "image/gif",
      called: "x.html.gif",
    },
    {
      what: "an archive called a program",
      body: "PK\x03\x04rest",
      name: "x.jar",
      type: "application/zip",
      called: "x.jar.zip",
    },
    { what: "a document", body: "PK\x03\x04rest", name: "plan.docx", type: "application/zip", called: "plan.docx" },
    {
      what: "a PDF called a picture",
      body: "%PDF-1.7\n<script>",
      name: "x.png",
      type: "application/pdf",
      called: "x.png.pdf",
    },
  ])("$what is served as the $type it is found to be, and never run", async ({ body, name, type, called }) => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const sent = await files.upload({ cookie, body: Buffer.from(body, "latin1"), name });
    expect(sent.data).toMatchObject({ name: called, type });
    const got = await files.get(downloadPath(sent.data.id, "&inline"), { cookie });
    expect(got.headers["content-type"]).toMatch(new RegExp(`^${type}(?:; charset=utf-8)?$`));
    const isPicture = type.startsWith("image/");
    expect(got.headers["content-disposition"]).toMatch(isPicture ? /^inline; / : /^attachment; /);
    expect(got.headers["content-security-policy"]).toContain("sandbox");
    expect(got.headers["x-content-type-options"]).toBe("nosniff");
  });

  test.each([
    { what: "a program", body: Buffer.from("4d5a90000300000004000000ffff0000", "hex"), name: "x.png" },
    { what: "a Linux program", body: Buffer.from("7f454c46020101000000000000000000", "hex"), name: "x.txt" },
    { what: "random bytes", body: Buffer.concat([Buffer.from([0xfe]), randomBytes(2000)]), name: "x.pdf" },
    { what: "a PNG without its header", body: Buffer.from("89504e470d0a1a0a00000000", "hex"), name: "x.png" },
    { what: "text with a zero byte at the end", body: Buffer.from(`${"text ".repeat(1000)}\0`), name: "x.txt" },
    { what: "text that breaks off within a character", body: Buffer.from([0x61, 0xc3]), name: "x.txt" },
    { what: "a picture with bytes before it", body: Buffer.concat([Buffer.from([0x00]), png]), name: "x.png" },
  ])("$what is refused, whatever it is called", async ({ body, name }) => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const answer = await files.upload({ cookie, body, name, headers: { "x-file-type": "image/png" } });
    expect(answer.error).toMatchObject({
      code: "UNSUPPORTED_MEDIA_TYPE",
      reason: "FILE_TYPE_REFUSED",
      httpStatus: 415,
    });
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("what is no known kind is refused before the rest of it has come", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const { request, answer } = files.beginUpload({ cookie, headers: { "content-length": "1000000" } });
    request.write(Buffer.concat([Buffer.from([0]), randomBytes(2000)]));
    expect((await answer).status).toBe(415);
    request.destroy();
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("an empty file is refused at the field, one of a single byte is taken", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const empty = await files.upload({ cookie, body: "" });
    expect(empty.error).toMatchObject({ reason: "INVALID_FIELDS", fields: { file: ["The file is empty."] } });
    expect(await leftIn(files)).toEqual(nothing);
    expect((await files.upload({ cookie, body: "x" })).data).toMatchObject({ size: 1, type: "text/plain" });
  });

  test("a file that is declared too large is refused before its first byte", async () => {
    await using files = await startFiles(sqlite, { settings: { MAX_UPLOAD_BYTES: 1000 } });
    const { cookie } = await files.app.signIn("ann");
    const { request, answer } = files.beginUpload({ cookie, headers: { "content-length": "1001" } });
    request.flushHeaders();
    expect((await answer).error).toMatchObject({ reason: "FILE_TOO_LARGE" });
    request.destroy();
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("S3: asking again for a file under way is no use of the session, and no call that limits count", async () => {
    await using files = await startFiles(sqlite, { settings: { CALLS_BURST: 2, CALLS_PER_SECOND: 1 } });
    const { cookie } = await files.app.signIn("ann");
    const { id } = (await files.upload({ cookie, body: Buffer.alloc(16 * 1024 * 1024, "x") })).data;
    const touch = vi.spyOn(files.app.auth.sessions, "touch");
    const validate = vi.spyOn(files.app.auth.sessions, "validate");
    await using reader = await openReader(files, downloadPath(id), cookie);
    await until(() => reader.read > 0);
    const before = validate.mock.calls.length;
    for (let n = 0; n < 20; n += 1) {
      files.app.bus.publish({ kind: "gap" });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(validate.mock.calls.length - before).toBeGreaterThan(15);
    expect(touch).toHaveBeenCalledOnce();
    expect(files.app.app.services.transfers.size).toBe(1);
  });

  test("an input that cannot be read, or has fields too many, is refused", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    for (const value of [null, "%", "{", "%7B", "[]", encodeURIComponent('{"name":"a","ownerId":"b"}'), "%22a%22"]) {
      const answer = await files.upload({ cookie, headers: { "file-input": value } });
      expect([value, answer.status]).toEqual([value, 400]);
    }
    expect((await files.get("/files/paper.download?input={", { cookie })).status).toBe(400);
    expect((await files.get("/files/paper.download", { cookie })).status).toBe(400);
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("only procedures with files are to be had under /files, and those nowhere else", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    for (const path of [
      "paper.names",
      "auth.logout",
      "paper",
      "",
      "nothing",
      "paper.upload/x",
      "__proto__",
      "constructor",
    ]) {
      expect([path, (await files.get(`/files/${path}`, { cookie })).status]).toEqual([path, 404]);
    }
    expect((await files.upload({ cookie, path: "paper.download" })).status).toBe(405);
    expect((await files.upload({ cookie, method: "PUT" })).status).toBe(405);

    const overHttp = await files.app.http("paper.upload", { input: { name: "a.txt" }, cookie });
    expect(await overHttp.json()).toMatchObject({
      error: { data: { code: "BAD_REQUEST", reason: "WRONG_TRANSPORT" } },
    });
    await using socket = await files.app.open(cookie);
    expect(await socket.query("paper.download", { id: randomUUID() })).toMatchObject({
      error: { data: { reason: "WRONG_TRANSPORT" } },
    });
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("an encoded body is refused: what is stored is what was sent", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    expect((await files.upload({ cookie, headers: { "content-encoding": "gzip" } })).status).toBe(415);
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("an upload of which nothing comes any more ends after REQUEST_SECONDS, one that moves lasts longer, to TRANSFER_SECONDS", async () => {
    await using files = await startFiles(sqlite, {
      settings: { REQUEST_SECONDS: 1, UPGRADE_SECONDS: 1, TRANSFER_SECONDS: 3 },
    });
    const { cookie } = await files.app.signIn("ann");
    const headers = { "content-length": "1000" };
    const stalled = files.beginUpload({ cookie, headers });
    const dripping = files.beginUpload({ cookie, headers });
    const moving = files.beginUpload({ cookie, name: "moving.txt", headers: { "content-length": "5" } });
    stalled.request.write("x");
    const startedAt = performance.now();
    let sent = 0;
    const drip = setInterval(() => {
      dripping.request.write("x");
      sent += 1;
      if (sent < 5) moving.request.write("x");
      if (sent === 5) moving.request.end("x");
    }, 400);

    expect((await stalled.answer).error).toMatchObject({ code: "TIMEOUT", httpStatus: 408 });
    expect(performance.now() - startedAt).toBeLessThan(2500);
    expect((await moving.answer).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(1500);
    expect((await dripping.answer).status).toBe(408);
    clearInterval(drip);
    for (const { request } of [stalled, dripping]) request.destroy();
    await until(() => files.app.app.services.transfers.size === 0);
    expect(await files.stored()).toHaveLength(1);
  });

  test("where files are served, other bodies still have to come within REQUEST_SECONDS", async () => {
    await using files = await startFiles(sqlite, { settings: { REQUEST_SECONDS: 1, UPGRADE_SECONDS: 1 } });
    const { host, port } = new URL(files.app.url);
    const head = `POST /trpc/auth.login HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${files.app.url}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const answered = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(Number(port), "127.0.0.1", () => socket.write(head));
      socket.on("data", (data) => (text += String(data)));
      socket.on("close", () => resolve(text));
      setTimeout(() => resolve("still open"), 4000).unref();
    });
    expect(answered).toMatch(/^HTTP\/1.1 408 /);
  });

  test("one user has at most MAX_TRANSFERS_PER_USER under way; the next is told to wait, others are not concerned", async () => {
    await using files = await startFiles(sqlite, { settings: { MAX_TRANSFERS_PER_USER: 2 } });
    const [ann, bob] = [await files.app.signIn("ann"), await files.app.signIn("bob")];
    const running = [1, 2].map(() => files.beginUpload({ cookie: ann.cookie, headers: { "content-length": "100" } }));
    for (const { request } of running) request.write("x");
    await until(() => files.app.app.services.transfers.size === 2);

    const third = await files.upload({ cookie: ann.cookie });
    expect(third.error).toMatchObject({
      code: "TOO_MANY_REQUESTS",
      reason: "LIMIT_EXCEEDED",
      retryAfterSeconds: 1,
    });
    expect(third.headers["retry-after"]).toBe("1");
    expect((await files.upload({ cookie: bob.cookie })).status).toBe(200);
    for (const { request } of running) request.destroy();
    await until(() => files.app.app.services.transfers.size === 0);
    expect((await files.upload({ cookie: ann.cookie })).status).toBe(200);
  });

  test("downloads that are broken off, at whatever moment, leave their places to others at once", async () => {
    await using files = await startFiles(sqlite, { settings: { MAX_TRANSFERS_PER_USER: 8 } });
    const ann = await files.app.signIn("ann");
    const { data } = await files.upload({ cookie: ann.cookie, body: Buffer.concat([png, randomBytes(100_000)]) });
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const { port } = new URL(files.app.url);
      const socket = connect(Number(port), "127.0.0.1");
      const head = `GET ${downloadPath(data.id)} HTTP/1.1\r\nHost: ${new URL(files.app.url).host}\r\nCookie: ${ann.cookie}\r\n\r\n`;
      socket.on("error", () => {});
      socket.write(head, () => setTimeout(() => socket.destroy(), attempt / 5));
    }
    await until(() => files.app.app.services.transfers.size > 0);
    await until(() => files.app.app.services.transfers.size === 0);
    expect((await files.get(downloadPath(data.id), { cookie: ann.cookie })).status).toBe(200);
  });

  test("a store that is slow slows the sender down: what it has not taken waits with the client, not in memory", async () => {
    const gate = Promise.withResolvers<void>();
    let taken = 0;
    await using files = await startFiles(sqlite, {
      settings: { MAX_UPLOAD_BYTES: 256 * 1024 * 1024 },
      wrapStore: (store) => ({
        ...store,
        write: (key, content) =>
          store.write(
            key,
            (async function* () {
              for await (const chunk of content) {
                yield chunk;
                taken += chunk.byteLength;
                if (taken > 1_000_000) await gate.promise;
              }
            })(),
          ),
      }),
    });
    const { cookie } = await files.app.signIn("ann");
    const body = Buffer.alloc(64 * 1024 * 1024, "x");
    const { request, answer } = files.beginUpload({ cookie });
    request.end(body);
    await until(() => taken > 1_000_000);
    await new Promise((resolve) => setTimeout(resolve, 300));

    const sent = request.socket?.bytesWritten ?? 0;
    const waiting = request.socket?.writableLength ?? 0;
    // What is neither taken nor still with the client is in the system's buffers, and in little of ours.
    expect(sent - waiting - taken).toBeLessThan(16 * 1024 * 1024);
    expect(waiting).toBeGreaterThan(16 * 1024 * 1024);
    gate.resolve();
    expect((await answer).data.size).toBe(body.length);
  });

  test("R4: signing out in the middle of a download cuts it at once; the reader has only a part", async () => {
    await using files = await startFiles(sqlite, { settings: { MAX_UPLOAD_BYTES: 64 * 1024 * 1024 } });
    const ann = await files.app.signIn("ann");
    const body = Buffer.alloc(32 * 1024 * 1024, "x");
    const { id } = (await files.upload({ cookie: ann.cookie, body })).data;
    await using reader = await openReader(files, downloadPath(id), ann.cookie);
    await until(() => reader.read > 0);

    await files.app.http("auth.logout", { cookie: ann.cookie });
    const at = performance.now();
    await until(() => files.app.app.services.transfers.size === 0, 1000);
    expect(performance.now() - at).toBeLessThan(500);
    reader.resume();
    await reader.closed;
    expect(reader.read).toBeLessThan(body.length / 2);
  });

  test("R3: with all hints lost, a download of a session that was ended by hand is cut within the lease", async () => {
    await using files = await startFiles(sqlite, { isDeaf: true, settings: { LEASE_SECONDS: 1 } });
    const ann = await files.app.signIn("ann");
    const { id } = (await files.upload({ cookie: ann.cookie, body: Buffer.alloc(16 * 1024 * 1024, "x") })).data;
    await using reader = await openReader(files, downloadPath(id), ann.cookie);
    await until(() => reader.read > 0);
    await files.app.db.delete(files.app.db.tables.sessions);
    await until(() => files.app.app.services.transfers.size === 0, 1500);
    expect(reader.read).toBeLessThan(8 * 1024 * 1024);
  });

  test("R3: while the database does not answer, what is under way goes on for a lease, and no longer", async () => {
    await using files = await startFiles(sqlite, { settings: { LEASE_SECONDS: 1 } });
    const ann = await files.app.signIn("ann");
    const { id } = (await files.upload({ cookie: ann.cookie, body: Buffer.alloc(16 * 1024 * 1024, "x") })).data;
    await using reader = await openReader(files, downloadPath(id), ann.cookie);
    await until(() => reader.read > 0);
    await files.app.db.close();
    const closedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(files.app.app.services.transfers.size).toBe(1);
    await until(() => files.app.app.services.transfers.size === 0, 4000);
    expect(performance.now() - closedAt).toBeLessThan(2500);
  });

  test("P6: a download of what is not the reader's any more is cut", async () => {
    await using files = await startFiles(sqlite);
    const [ann, bob] = [await files.app.signIn("ann"), await files.app.signIn("bob")];
    const { id } = (await files.upload({ cookie: ann.cookie, body: Buffer.alloc(16 * 1024 * 1024, "x") })).data;
    await using reader = await openReader(files, downloadPath(id), ann.cookie);
    await until(() => reader.read > 0);
    files.app.bus.publish({ kind: "topic", topic: "rows:papers" });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(files.app.app.services.transfers.size).toBe(1);

    await files.app.db.update(files.app.db.tables.papers).set({ ownerId: bob.id });
    files.app.bus.publish({ kind: "topic", topic: "rows:papers" });
    await until(() => files.app.app.services.transfers.size === 0, 1000);
  });

  test("a reader who takes nothing is cut after REQUEST_SECONDS", async () => {
    await using files = await startFiles(sqlite, { settings: { REQUEST_SECONDS: 1, UPGRADE_SECONDS: 1 } });
    const ann = await files.app.signIn("ann");
    const { id } = (await files.upload({ cookie: ann.cookie, body: Buffer.alloc(16 * 1024 * 1024, "x") })).data;
    await using reader = await openReader(files, downloadPath(id), ann.cookie);
    await until(() => reader.read > 0);
    await until(() => files.app.app.services.transfers.size === 0, 3000);
    expect(reader.read).toBeLessThan(8 * 1024 * 1024);
  });

  test("a reader who is slow, but takes something, has longer than REQUEST_SECONDS", async () => {
    const settings = { REQUEST_SECONDS: 1, UPGRADE_SECONDS: 1, MAX_UPLOAD_BYTES: 64 * 1024 * 1024 };
    await using files = await startFiles(sqlite, { settings });
    const ann = await files.app.signIn("ann");
    const body = Buffer.alloc(32 * 1024 * 1024, "x");
    const { id } = (await files.upload({ cookie: ann.cookie, body })).data;
    await using reader = await openReader(files, downloadPath(id), ann.cookie);
    const startedAt = performance.now();
    while (reader.read < body.length && !reader.isOver) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      reader.takeMore(4 * 1024 * 1024);
    }
    expect(reader.read).toBeGreaterThan(body.length);
    expect(performance.now() - startedAt).toBeGreaterThan(1500);
  });

  test("a store that fails says nothing of itself to the client, and nothing is kept", async () => {
    await using files = await startFiles(sqlite, {
      wrapStore: (store) => ({ ...store, write: () => Promise.reject(new Error("ENOSPC: /srv/secret is full")) }),
    });
    const { cookie } = await files.app.signIn("ann");
    const answer = await files.upload({ cookie });
    expect(answer.error).toMatchObject({ code: "SERVICE_UNAVAILABLE", httpStatus: 503 });
    expect(JSON.stringify(answer.json)).not.toContain("secret");
    expect(files.app.logged.map(({ message }) => message)).toEqual(["A file could not be stored"]);
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("a row whose file is missing is a defect of ours: an id for the client, the rest in the log", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const { id } = (await files.upload({ cookie })).data;
    const [key = ""] = await files.stored();
    await files.app.app.services.files?.store.remove(key);
    const answer = await files.get(downloadPath(id), { cookie });
    expect(answer.error).toMatchObject({ code: "INTERNAL_SERVER_ERROR" });
    expect(JSON.stringify(answer.json)).not.toContain(key);
    expect(files.app.logged).toHaveLength(1);
  });

  test("a server that closes ends uploads under way, and leaves nothing", async () => {
    await using files = await startFiles(sqlite);
    const { cookie } = await files.app.signIn("ann");
    const { request } = files.beginUpload({ cookie, headers: { "content-length": "1000" } });
    request.write("x");
    await until(async () => (await files.stored()).length === 1);
    await files.app.app.close({ drainMs: 100, finishMs: 100 });
    expect(await leftIn(files)).toEqual(nothing);
  });

  test("a procedure with files in an app that keeps none stops the start", async () => {
    await expect(startFiles(sqlite, { files: undefined } as never)).rejects.toThrow("createApp({ files: … })");
  });
});

/** Reads the beginning of an answer, and then as much more as it is told. */
async function openReader(files: FileApp, path: string, cookie: string) {
  const { hostname, port } = new URL(files.app.url);
  const socket = connect(Number(port), "127.0.0.1");
  const state = { read: 0, most: 100_000 };
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {});
  socket.on("data", (data) => {
    state.read += data.length;
    if (state.read >= state.most) socket.pause();
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`);

  function takeMore(bytes: number) {
    state.most = state.read + bytes;
    socket.resume();
  }

  return {
    get read() {
      return state.read;
    },
    get isOver() {
      return socket.closed;
    },
    takeMore,
    resume: () => takeMore(Number.POSITIVE_INFINITY),
    closed,
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
