import { mkdtemp, readdir, rm } from "node:fs/promises";
import { type ClientRequest, type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { and, eq } from "drizzle-orm";
import { z } from "zod";

import type { TestDialect } from "@app/services/databases";
import { newId } from "@countersign/auth";
import type { ErrorData } from "@countersign/contract";
import { coreTables, extendTables, type MigrationSet } from "@countersign/db";

import { FileAnswer } from "../files/file-answer.ts";
import { FileName, fitFileName } from "../files/file-name.ts";
import type { FileStore } from "../files/file-store.ts";
import { createFolderStore } from "../files/folder-store.ts";
import { takeFile } from "../files/take-file.ts";
import { CallError, notFound } from "../procedure/call-error.ts";
import { IdempotencyKey } from "../procedure/idempotent.ts";
import { createProcedures } from "../procedure/procedures.ts";
import { accountRouter } from "../routers/account.ts";
import { authRouter } from "../routers/auth.ts";
import { startTestApp, type TestApp, type TestAppOptions } from "../testing/test-app.ts";

/** Papers of one owner each, whose bytes are files. */
export const tables = extendTables(coreTables, ({ table, id, text, count }, { users }) => ({
  papers: table("papers", {
    id: id("id").primaryKey(),
    ownerId: id("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    type: text("type").notNull(),
    size: count("size").notNull(),
    storageKey: text("storage_key").notNull().unique(),
  }),
}));
export type Tables = (typeof tables)["postgres"];

const migrations: MigrationSet = {
  name: "papers",
  folders: {
    postgres: new URL("paper-migrations/postgres/", import.meta.url),
    sqlite: new URL("paper-migrations/sqlite/", import.meta.url),
  },
};

export const permissions = ["papers.write"] as const;
const { router, procedureWith, protectedProcedure } = createProcedures({ tables, permissions });

/** Most papers of one owner. */
export const mostPapers = 3;

const Paper = z.strictObject({ name: FileName, key: IdempotencyKey.optional() });

const paperRouter = router({
  upload: procedureWith({ transport: "file" })
    .input(Paper)
    .mutation(({ ctx, input }) =>
      takeFile(ctx, "paper.upload", input, {
        async admit(tx) {
          if (input.name === "forbidden.txt") throw new CallError("FORBIDDEN", "Not this one.");
          const held = await tx.$count(tx.tables.papers, eq(tx.tables.papers.ownerId, ctx.user.id));
          if (held >= mostPapers) throw new CallError("FORBIDDEN", "Full.", { reason: "QUOTA_REACHED" });
        },
        async keep(tx, file) {
          if (input.name === "fails.txt") throw new Error("The row cannot be made.");
          const held = await tx.$count(tx.tables.papers, eq(tx.tables.papers.ownerId, ctx.user.id));
          if (held >= mostPapers) throw new CallError("FORBIDDEN", "Full.", { reason: "QUOTA_REACHED" });
          // Long enough for another one to have counted as well, were it let in.
          await new Promise((resolve) => setTimeout(resolve, 20));
          const { type } = file.kind;
          const paper = { id: newId(), name: fitFileName(input.name, file.kind), type, size: file.bytes };
          await tx.insert(tx.tables.papers).values({ ...paper, ownerId: ctx.user.id, storageKey: file.key });
          return { ...paper, digest: file.digest };
        },
        again: (first) => first,
      }),
    ),
  /** For those who may write only. */
  uploadAsWriter: procedureWith({ transport: "file", permissions: ["papers.write"] })
    .input(Paper)
    .mutation(({ ctx, input }) =>
      takeFile(ctx, "paper.uploadAsWriter", input, {
        admit: async () => {},
        keep: async () => ({}),
        again: (first) => first,
      }),
    ),
  download: procedureWith({ transport: "file" })
    .input(z.strictObject({ id: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const { papers } = ctx.db.tables;
      const isThis = and(eq(papers.id, input.id), eq(papers.ownerId, ctx.user.id));
      const [paper] = await ctx.db.select().from(papers).where(isThis);
      if (!paper) throw notFound();
      return new FileAnswer({ key: paper.storageKey, name: paper.name, type: paper.type, bytes: paper.size });
    }),
  /** A procedure without a file: not to be had under /files. */
  names: protectedProcedure.query(({ ctx }) => ctx.user.username),
});

export interface FileApp extends AsyncDisposable {
  readonly app: TestApp<Tables>;
  readonly databaseUrl: string;
  /** The files in the folder, whole or not. */
  stored(): Promise<readonly string[]>;
  /** Sends a file; resolves with the answer. */
  upload(options: UploadOptions): Promise<Answer>;
  /** Begins to send a file of which the rest may come later. */
  beginUpload(options: UploadOptions): { readonly request: ClientRequest; readonly answer: Promise<Answer> };
  get(path: string, options?: { cookie?: string; method?: string; headers?: Record<string, string> }): Promise<Answer>;
}

export interface UploadOptions {
  readonly cookie?: string | undefined;
  readonly path?: string;
  readonly name?: string;
  readonly key?: string;
  readonly body?: Uint8Array | string;
  /** Replaces or, with null, removes what is sent otherwise. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly method?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly json: unknown;
  /** What was answered, where it is a paper. */
  readonly data: { readonly id: string; readonly name: string; readonly type: string; readonly size: number };
  /** What was refused. */
  readonly error: ErrorData | undefined;
}

/** An app with papers, over a database and a folder of its own. */
export async function startFiles(
  dialect: TestDialect,
  options: Partial<Pick<TestAppOptions<Tables>, "settings" | "clock" | "isDeaf" | "allowedOrigins">> & {
    readonly wrapStore?: (store: FileStore) => FileStore;
  } = {},
): Promise<FileApp> {
  const database = await dialect.create();
  const folder = await mkdtemp(join(tmpdir(), "papers-"));
  const { wrapStore = (store) => store, ...rest } = options;
  const store = wrapStore(createFolderStore(folder));
  const app = await startTestApp<Tables>({
    router: router({ account: accountRouter, auth: authRouter, paper: paperRouter }),
    databaseUrl: database.url,
    tables,
    migrations: [migrations],
    permissions,
    files: { store, namedBy: ({ papers }) => [papers.storageKey] },
    ...rest,
  });

  function beginUpload({
    cookie,
    path = "paper.upload",
    name = "a.txt",
    key,
    headers = {},
    method = "POST",
  }: UploadOptions) {
    const input = { name, ...(key === undefined ? {} : { key }) };
    const all = {
      origin: app.url,
      "content-type": "application/octet-stream",
      "file-input": encodeURIComponent(JSON.stringify(input)),
      cookie: cookie ?? null,
      ...headers,
    };
    const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
    return send(`/files/${path}`, { method, headers: Object.fromEntries(sent) });
  }

  function send(path: string, { method, headers }: { method: string; headers: Record<string, string> }) {
    const outgoing = request(`${app.url}${path}`, { method, headers, host: "127.0.0.1", agent: false });
    return { request: outgoing, answer: readAnswer(outgoing) };
  }

  return {
    app,
    databaseUrl: database.url,
    stored: () => listFiles(folder),
    beginUpload,
    upload(upload) {
      const { request: outgoing, answer } = beginUpload(upload);
      outgoing.end(upload.body ?? "some text");
      return answer;
    },
    get(path, { cookie, method = "GET", headers = {} } = {}) {
      const { request: outgoing, answer } = send(path, {
        method,
        headers: { ...(cookie ? { cookie } : {}), ...headers },
      });
      outgoing.end();
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function readAnswer(outgoing: ClientRequest): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const isJson = response.headers["content-type"]?.startsWith("application/json");
        const { statusCode: status = 0, headers } = response;
        const json: unknown = isJson && bytes.length > 0 ? JSON.parse(String(bytes)) : null;
        // The cast: whoever asks for either knows what it is to be.
        const { result, error } = (json ?? {}) as { result?: Pick<Answer, "data">; error?: { data: ErrorData } };
        resolve({
          status,
          headers,
          bytes,
          json,
          data: result?.data as Answer["data"],
          error: error?.data,
        });
      });
    });
  });
  // Some tests look at the connection alone.
  answer.catch(() => {});
  return answer;
}
