import { setTimeout as pause } from "node:timers/promises";

import type { FinalView, Sight } from "../checker/evidence.ts";
import type { History, HistoryEvent, Operation } from "../history.ts";
import type { Random } from "../random.ts";

import { callHttp, type HttpAnswer } from "./http-call.ts";
import { LiveView } from "./live-view.ts";
import { readLiveFrame, readTokens } from "./read-sight.ts";
import { type Frame, type FrameError, SocketLost, WireSocket } from "./wire-socket.ts";

/** What an operation says of itself besides who does it, and what came of it. */
type Facts = Partial<Pick<HistoryEvent, "payload" | "row" | "project" | "subject" | "lines">>;

/** What came of an operation in the end. */
export type Outcome =
  | { readonly status: "ok"; readonly data: unknown }
  | { readonly status: "refused"; readonly error: FrameError };

/** One user at one window: signs in, keeps a socket and two live lists, and sees every change through to its answer. */
export class WorkloadClient {
  readonly name: string;
  readonly random: Random;
  readonly #url: string;
  readonly #history: History;
  readonly #sights: Sight[];
  /** Answers that are a defect of the server's, whatever had happened. */
  readonly defects: string[] = [];
  views: readonly LiveView[] = [];
  #cookie = "";
  #session = 0;
  #sequence = 0;
  #socket: WireSocket | null = null;
  #opening: Promise<WireSocket> | null = null;
  /** The lists by their ids on the newest socket. One that is left behind shows nothing any more. */
  #shown: Map<number, LiveView> | null = null;
  #isRunning = true;

  constructor(options: {
    readonly name: string;
    readonly url: string;
    readonly random: Random;
    readonly history: History;
    readonly sights: Sight[];
  }) {
    this.name = options.name;
    this.random = options.random;
    this.#url = options.url;
    this.#history = options.history;
    this.#sights = options.sights;
  }

  get session(): number {
    return this.#session;
  }

  /** What nothing else writes. */
  newPayload(): string {
    return `${this.name}:${++this.#sequence}`;
  }

  /** Makes the account, signs in and opens the lists. */
  async begin(): Promise<void> {
    const password = passwordOf(this.name);
    const input = { username: this.name, password };
    const { cookie } = await this.#untilAnswered(() => callHttp(this.#url, "auth.register", { input }));
    // It is signed in with that, unless the answer was lost and the name is taken when it asks again.
    if (cookie === null) await this.signIn();
    else await this.#beginSession(cookie);
  }

  /** Begins a new session, with a socket and lists of its own. */
  async signIn(): Promise<void> {
    const input = { login: this.name, password: passwordOf(this.name) };
    const answer = await this.#untilAnswered(() => callHttp(this.#url, "auth.login", { input }));
    if (answer.cookie === null) throw new Error(`${this.name} could not sign in: ${answer.status} ${answer.body}`);
    await this.#beginSession(answer.cookie);
  }

  async #beginSession(cookie: string): Promise<void> {
    this.#session += 1;
    this.#cookie = cookie;
    this.#drop();
    this.views = [new LiveView("notes", this.#session), new LiveView("items", this.#session)];
    await this.#connected();
  }

  /** Changes or reads something, and asks again with the same key until it is answered. */
  async perform(
    op: Operation,
    call: { readonly path: string; readonly method?: "query" | "mutation"; readonly input: object },
    facts: Facts = {},
  ): Promise<Outcome> {
    const { method = "mutation", path } = call;
    const key = `${this.name}-${op}-${++this.#sequence}`;
    const input = method === "mutation" ? { ...call.input, key } : call.input;
    this.#note(op, key, "invoke", facts);
    for (;;) {
      const session = this.#session;
      try {
        const socket = await this.#connected();
        const { error, result } = await socket.call(method, path, input);
        if (error) {
          if (error.data.reason === "STALE_CONNECTION") continue;
          if (error.data.reason === "OUTCOME_UNKNOWN") throw new SocketLost("The server does not know either.");
          if (error.data.code === "INTERNAL_SERVER_ERROR") {
            this.defects.push(`${path}: ${error.message}`);
            throw new SocketLost("The server does not know either.");
          }
          this.#note(op, key, "fail", { ...facts, code: error.data.reason ?? error.data.code }, session);
          return { status: "refused", error: error.data };
        }
        this.#note(op, key, "ok", { ...facts, ...rowOf(result?.data) }, session);
        return { status: "ok", data: result?.data };
      } catch (error) {
        if (!(error instanceof SocketLost)) throw error;
        this.#note(op, key, "unknown", facts, session);
        await pause(this.random.whole(10, 100));
      }
    }
  }

  /** Creates a note over HTTP, through a connection of its own: to whichever server the balancer leads to now. */
  async createNoteOverHttp(): Promise<void> {
    const payload = this.newPayload();
    const key = `${this.name}-createNote-${++this.#sequence}`;
    this.#note("createNote", key, "invoke", { payload });
    const input = { title: payload, body: payload, key };
    const ask = () => callHttp(this.#url, "note.create", { cookie: this.#cookie, input });
    const answer = await this.#untilAnswered(ask, () => this.#note("createNote", key, "unknown", { payload }));
    if (answer.status !== 200) throw new Error(`${this.name} could not create a note: ${answer.status} ${answer.body}`);
    const { result } = JSON.parse(answer.body) as { readonly result: { readonly data: unknown } };
    this.#note("createNote", key, "ok", { payload, ...rowOf(result.data) });
  }

  /** Signs out, and tries what the old session is still good for. */
  async signOut(): Promise<void> {
    const [session, cookie, socket] = [this.#session, this.#cookie, this.#socket];
    const key = `${this.name}-signOut-${++this.#sequence}`;
    this.#note("signOut", key, "invoke");
    const note = (phase: HistoryEvent["phase"]) => this.#note("signOut", key, phase, {}, session);
    const ask = () => callHttp(this.#url, "auth.logout", { cookie });
    let answer = await this.#untilAnswered(ask, () => note("unknown"));
    // The cookie is taken away at once; whether the session has ended, the answer says.
    while (answer.status === 200 && !answer.body.includes('"ended"')) {
      note("unknown");
      await pause(this.random.whole(50, 200));
      answer = await this.#untilAnswered(ask, () => note("unknown"));
    }
    note(answer.status === 200 ? "ok" : "fail");

    const tries = [
      async () => (await callHttp(this.#url, "note.list", { method: "GET", cookie })).status === 200,
      async () => socket !== null && socket.isOpen && !(await socket.call("query", "note.list", {}, 2000)).error,
    ];
    for (const isServed of tries) {
      const oldKey = `${this.name}-useOldSession-${++this.#sequence}`;
      this.#note("useOldSession", oldKey, "invoke", {}, session);
      // A socket that is closed is a refusal: that is what is to happen.
      const served = await isServed().catch(() => false);
      this.#note("useOldSession", oldKey, served ? "ok" : "fail", {}, session);
    }
  }

  /** What its lists show now. */
  finalViews(): FinalView[] {
    return this.views.map(({ name, list, rows }) => ({
      client: this.name,
      subscription: name,
      list,
      rows: rows.map(({ id, version, title }) => ({ id, version, title })),
    }));
  }

  /** Stops reading, for good: see `REL-40`. */
  stall(): void {
    this.#socket?.stopReading();
  }

  close(): void {
    this.#isRunning = false;
    this.#drop();
  }

  #note(
    op: Operation,
    key: string,
    phase: HistoryEvent["phase"],
    facts: Facts & { readonly version?: number; readonly code?: string } = {},
    session = this.#session,
  ): void {
    this.#history.add({ client: this.name, op, key, phase, session, ...facts });
  }

  async #untilAnswered(ask: () => Promise<HttpAnswer>, onLost: () => void = () => {}): Promise<HttpAnswer> {
    for (;;) {
      try {
        const answer = await ask();
        if (answer.status === 500) this.defects.push(`over HTTP: ${answer.body}`);
        if (answer.status !== 503 && answer.status !== 429) return answer;
      } catch (error) {
        if (!(error instanceof SocketLost)) throw error;
        onLost();
      }
      await pause(this.random.whole(20, 200));
    }
  }

  /** The socket, opened where there is none. */
  async #connected(): Promise<WireSocket> {
    if (this.#socket?.isOpen) return this.#socket;
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #open(): Promise<WireSocket> {
    for (;;) {
      const session = this.#session;
      const ids = new Map<number, LiveView>();
      const onFrame = (text: string, frame: Frame) => this.#see(text, frame, { ids, session });
      try {
        const socket = await WireSocket.open({ url: this.#url, cookie: this.#cookie, onFrame });
        if (session !== this.#session) {
          // Signed in anew meanwhile: this one is of the session before.
          socket.terminate();
          continue;
        }
        this.#shown?.clear();
        for (const view of this.views) {
          ids.set(socket.subscribe(view.path, { limit: mostShown }, view.lastEventId), view);
        }
        this.#shown = ids;
        this.#socket = socket;
        void socket.closed.then(() => this.#lost(socket));
        return socket;
      } catch (error) {
        if (!(error instanceof SocketLost) || !this.#isRunning) throw error;
        await pause(this.random.whole(20, 250));
      }
    }
  }

  /** Comes back by itself: the lists are to go on though nothing is asked. */
  #lost(socket: WireSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#isRunning) void this.#connected().catch(() => {});
  }

  /**
   * As tRPC's client moves: what is asked from now on goes through another socket; this one shows the lists until then, and
   * goes when what it was asked is answered.
   */
  #move(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    const moved = this.#isRunning ? this.#connected() : Promise.resolve(null);
    void Promise.allSettled([moved, socket.answered()]).then(() => socket.terminate());
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
  }

  /** Takes down what a frame shows, and does what it says. */
  #see(
    text: string,
    frame: Frame,
    { ids, session }: { readonly ids: ReadonlyMap<number, LiveView>; readonly session: number },
  ): void {
    if (frame.method === "reconnect") return this.#move();
    const view = ids.get(frame.id ?? 0);
    const live = view ? readLiveFrame(frame) : null;
    const rows = live === null ? [] : live.list.type === "list" ? live.list.rows : live.list.upsert;
    this.#sights.push({
      t: this.#history.now(),
      client: this.name,
      session,
      subscription: view?.name ?? null,
      rows: rows.map(({ id, version }) => ({ id, version })),
      tokens: readTokens(text),
    });
    if (view && live) view.apply(live.eventId, live.list);
    const hasEnded = frame.error !== undefined || frame.result?.type === "stopped";
    if (view && hasEnded && session === this.#session) void this.#startAnew(session);
  }

  /** A list that has ended is asked for again, over another socket. */
  async #startAnew(session: number): Promise<void> {
    await pause(this.random.whole(100, 300));
    // Signed in anew meanwhile: the socket is another one, and so are the lists.
    if (session !== this.#session) return;
    this.#move();
  }
}

/** As many as a page takes: the workload keeps below it. */
const mostShown = 100;

function passwordOf(name: string): string {
  return `${name}: words nobody would guess`;
}

function rowOf(data: unknown): { readonly row?: string; readonly version?: number } {
  const { id, version } = (data ?? {}) as { readonly id?: unknown; readonly version?: unknown };
  return {
    ...(typeof id === "string" ? { row: id } : {}),
    ...(typeof version === "number" ? { version } : {}),
  };
}
