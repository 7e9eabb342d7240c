import { eq } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import type { LiveRow } from "@countersign/contract";
import { LiveView, type TestApp } from "@countersign/rpc/testing";

import { type Answer, dataOf } from "./answer.ts";
import type { CrudRow, Values } from "./crud-options.ts";
import type { CrudScene } from "./crud-scene.ts";
import { type Call, type Caller, enlist, openCaller, type Person } from "./person.ts";
import { seedRows } from "./seed-rows.ts";

export const transports = ["call", "http"] as const;

type CrudTable = PgTable & { readonly id: PgColumn; readonly version: PgColumn };

export interface Page {
  readonly rows: readonly CrudRow[];
  readonly nextCursor: string | null;
  readonly total: number | null;
}

/** One case's app and people. All of them are new, and the table is emptied in the end, so that no case sees what another one did. */
export class CrudWorld implements AsyncDisposable {
  readonly scene: CrudScene;
  readonly app: TestApp;
  readonly #callers: Caller[] = [];
  readonly #there = new Map<string, ReadonlySet<string>>();
  #samples = 0;

  constructor(scene: CrudScene, app: TestApp) {
    this.scene = scene;
    this.app = app;
  }

  get isQuick(): boolean {
    return this.scene.options.effort === "quick";
  }

  /** A user with a place of their own. */
  async person(options: { readonly isSuperuser?: boolean } = {}): Promise<Person> {
    const enlisted = await enlist(this.app, options);
    this.#callers.push(enlisted);
    const { place } = this.scene.options;
    if (!place) return { ...enlisted, place: undefined };

    const person = { ...enlisted, place: await place({ ...enlisted, place: undefined }, this.app) };
    if (this.offers("list")) this.#there.set(person.id, new Set(await this.allIdsOf(person)));
    return person;
  }

  async people(): Promise<[Person, Person]> {
    return [await this.person(), await this.person()];
  }

  async visitor(): Promise<Caller> {
    const visitor = await openCaller(this.app);
    this.#callers.push(visitor);
    return visitor;
  }

  offers(action: string): boolean {
    return this.scene.definition.procedures.has(action);
  }

  /** Calls one of the router's procedures. */
  ask(
    caller: Caller,
    action: string,
    input?: unknown,
    transport: (typeof transports)[number] = "call",
  ): Promise<Answer> {
    return caller[transport](this.typeOf(action), this.pathOf(action), input);
  }

  /** The same, and it must succeed. */
  async get<Data = CrudRow>(caller: Caller, action: string, input?: unknown): Promise<Data> {
    return dataOf<Data>(await this.ask(caller, action, input), `${action} ${JSON.stringify(input)?.slice(0, 200)}`);
  }

  /** A new row of the person's. */
  async create(person: Person, n = this.#nextSample()): Promise<CrudRow> {
    const { make } = this.scene.options;
    if (!make) return this.get(person, "create", this.sample(person.place, n));
    return this.get(person, "get", { id: await make(person.place, n, this.app, person) });
  }

  sample(place: unknown, n = this.#nextSample()): Values {
    return this.scene.options.sample?.(place, n) ?? {};
  }

  change(place: unknown, n = 1): Values {
    return this.scene.options.change?.(place, n) ?? {};
  }

  /** Fills the person's place; the ids of all rows there. */
  seed(person: Person, count: number): Promise<ReadonlySet<string>> {
    return seedRows(this, person, count);
  }

  /** One page. What a list is asked besides its content is left out where it does not know of it. */
  page(caller: Caller, query: Values = {}): Promise<Page> {
    const { accepts } = this.scene.definition.query;
    const known = Object.entries(query).filter(
      ([name]) => accepts.has(name) || !(name === "count" || name === "limit"),
    );
    return this.get<Page>(caller, "list", known.length === 0 ? undefined : Object.fromEntries(known));
  }

  /** All rows a query finds, page by page. */
  async readAll(caller: Caller, query: Values = {}): Promise<readonly CrudRow[]> {
    const rows: CrudRow[] = [];
    const { accepts, mostRows } = this.scene.definition.query;
    const size = accepts.has("limit") ? { limit: Math.min(mostRows, 100) } : {};
    let cursor: string | null = null;
    do {
      const page: Page = await this.page(caller, { ...query, ...size, ...(cursor === null ? {} : { cursor }) });
      rows.push(...page.rows);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }

  async allIdsOf(caller: Caller, query?: Values): Promise<readonly string[]> {
    return (await this.readAll(caller, query)).map(({ id }) => id);
  }

  /** The rows that came with the person's place, as a first member. */
  there(person: Person): ReadonlySet<string> {
    return this.#there.get(person.id) ?? new Set();
  }

  /** All rows that a person sees, without those that came with their place. */
  async rowsOf(person: Person, query?: Values): Promise<readonly CrudRow[]> {
    const there = this.there(person);
    return (await this.readAll(person, query)).filter(({ id }) => !there.has(id));
  }

  async idsOf(person: Person, query?: Values): Promise<readonly string[]> {
    return (await this.rowsOf(person, query)).map(({ id }) => id);
  }

  watch(caller: Caller, query?: Values): Promise<LiveView> {
    return LiveView.open(caller.socket, this.pathOf("live"), query);
  }

  /** Samples nobody has asked for yet. */
  #nextSample(): number {
    this.#samples += 1;
    return 100_000 + this.#samples;
  }

  /** What a row has for somebody with these permissions. */
  keysFor(permissions: readonly string[]): readonly string[] {
    const { shows, showsTo = {} } = this.scene.options;
    const opened = Object.keys(showsTo).filter((name) => permissions.includes(showsTo[name] ?? ""));
    return ["id", "version", "$can", ...shows, ...opened].toSorted();
  }

  /** Waits until an open list is as it should be. */
  async until(view: LiveView, fits: (rows: readonly LiveRow[]) => boolean): Promise<void> {
    await view.until(fits, this.isQuick ? 2500 : 10_000);
  }

  /** The row as it is kept; null when it is not there. */
  async stored(id: string): Promise<Values | null> {
    const [row] = await this.app.db.select().from(this.table).where(eq(this.table.id, id));
    return row ?? null;
  }

  /** The table of the database in use. */
  get table(): CrudTable {
    // The cast: rows have an id and a version, and the table was found when the scene was built.
    const tables = this.app.db.tables as unknown as Readonly<Record<string, CrudTable>>;
    return tables[this.scene.options.table] as CrudTable;
  }

  pathOf(action: string): string {
    return `${this.scene.options.path}.${action}`;
  }

  typeOf(action: string): Call {
    return this.scene.definition.procedures.get(action)?.type ?? "query";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#callers.map(({ socket }) => socket[Symbol.asyncDispose]()));
    await this.app.db.delete(this.table);
  }
}
