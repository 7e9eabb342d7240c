import { writeFileSync } from "node:fs";

import { type OwnPostgres, startOwnPostgres } from "@app/services";

import { formatClients, type LoadClient } from "../load/load.ts";
import type { ScratchFolder } from "../scratch-folder.ts";
import { sampleAnswer } from "../sides/answer.ts";
import { createMembers } from "../sides/countersign-members.ts";
import { createLuciaMembers } from "../sides/lucia-members.ts";

/** What a side keeps its sessions in. */
export type StoreKind = "none" | "lucia" | "lucia on postgres" | "sqlite" | "postgres";

export interface Store {
  readonly databaseUrl: string;
  /** The file with the clients whose sessions are in it: see `Load`. */
  readonly clientsFile: string;
}

/** Makes and fills databases, each with sessions for so many clients. They are gone with `scratch` and `stack`. */
export class Stores {
  readonly #clientCount: number;
  readonly #scratch: ScratchFolder;
  readonly #stack: AsyncDisposableStack;
  #postgres: OwnPostgres | null = null;
  #made = 0;

  constructor(options: {
    readonly clientCount: number;
    readonly scratch: ScratchFolder;
    readonly stack: AsyncDisposableStack;
  }) {
    this.#clientCount = options.clientCount;
    this.#scratch = options.scratch;
    this.#stack = options.stack;
  }

  /** PostgreSQL's own process, once there is one. */
  get postgresPid(): number | null {
    return this.#postgres?.pid() ?? null;
  }

  async create(kind: StoreKind): Promise<Store> {
    this.#made += 1;
    const file = this.#scratch.file(`store-${this.#made}`);
    const clientsFile = `${file}.clients`;
    const { databaseUrl, clients } = await this.#fill(kind, `${file}.db`);
    writeFileSync(clientsFile, formatClients(clients));
    return { databaseUrl, clientsFile };
  }

  async #fill(
    kind: StoreKind,
    file: string,
  ): Promise<{ readonly databaseUrl: string; readonly clients: readonly LoadClient[] }> {
    const each = Array.from({ length: this.#clientCount }, () => 1);
    if (kind === "none") {
      return { databaseUrl: "", clients: each.map(() => ({ cookie: null, answer: sampleAnswer })) };
    }
    if (kind === "lucia" || kind === "lucia on postgres") {
      const databaseUrl = kind === "lucia" ? file : await this.#createPostgresDatabase();
      return { databaseUrl, clients: await createLuciaMembers(databaseUrl, this.#clientCount) };
    }

    const databaseUrl = kind === "sqlite" ? `sqlite:${file}` : await this.#createPostgresDatabase();
    const members = await createMembers(databaseUrl, each);
    const clients = members.map(({ answer, sessions: [session] }) => ({ answer, cookie: session?.cookie ?? null }));
    return { databaseUrl, clients };
  }

  async #createPostgresDatabase(): Promise<string> {
    this.#postgres ??= this.#stack.use(await startOwnPostgres());
    return this.#postgres.createDatabase();
  }
}
