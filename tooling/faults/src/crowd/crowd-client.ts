import { buildFrame, WireSocket } from "@app/bench/wire";
import { createBackoff, defaultTiming, planAfterClose } from "@countersign/client/test";

export interface CrowdClientOptions {
  readonly port: number;
  readonly origin: string;
  readonly cookie: string;
  /** Hears of each try to open a socket, and of what became of it. */
  readonly onTry: () => void;
  readonly onFailed: () => void;
  /** A subscription ended with an error: its frame. */
  readonly onRefused: (text: string) => void;
  /** It was without a socket for so long. */
  readonly onBack: (afterMs: number) => void;
  /** A socket that was opened after `expect` has shown what is expected in both of its subscriptions. */
  readonly onLive: () => void;
}

/**
 * A page of a crowd: one socket with two subscriptions, which comes back when a page would. It does next to nothing besides, so
 * that thousands fit into a process; when it tries, the real client's back-off decides.
 */
export class CrowdClient {
  readonly #options: CrowdClientOptions;
  readonly #backoff = createBackoff(Math.random, defaultTiming.spreadMs);
  /** The last one that has shown its user. */
  #present: View | null = null;
  /** The same, or one that is on its way to replace it. */
  #newest: View | null = null;
  #lastEventId: string | null = null;
  /** Does the list, as the page holds it over all its sockets, have what is expected? */
  #isListNew = false;
  #expected: Buffer | null = null;
  #opened = 0;
  #openedBefore = 0;
  #isAwaited = true;
  #isTrying = false;
  #lostAt: number | null = null;

  constructor(options: CrowdClientOptions) {
    this.#options = options;
  }

  /** From now on it is live when it is shown this text, the snapshot over another socket than the present one. */
  expect(text: string): void {
    this.#expected = Buffer.from(text);
    this.#openedBefore = this.#opened;
    this.#isListNew = false;
    this.#isAwaited = true;
  }

  /** What it still lacks to be live; null when it is. */
  get missing(): string | null {
    return this.#isAwaited ? this.#lacks(this.#newest) : null;
  }

  #lacks(view: View | null): string | null {
    if (view === null || view.number <= this.#openedBefore) return "a socket";
    if (!view.hasSnapshot) return "the snapshot";
    if (!view.hasNotes) return "the list";
    return this.#isListNew ? null : "what has changed in the list";
  }

  /** Opens a socket when it is time to. */
  connect(): void {
    if (this.#isTrying) return;
    this.#isTrying = true;
    setTimeout(() => void this.#try(), this.#backoff.takeDelayMs());
  }

  async #try(): Promise<void> {
    const { port, origin, cookie } = this.#options;
    this.#options.onTry();
    const view: View = { number: 0, socket: null, hasSnapshot: false, hasNotes: false, openedAt: 0 };
    try {
      const onText = (payload: Buffer) => this.#read(view, payload);
      view.socket = await WireSocket.open({ port, origin, cookie, onText });
    } catch {
      // Nobody listens, or there is no room: like any page, it tries again.
      this.#options.onFailed();
      this.#backoff.fail("soon", false);
      this.#isTrying = false;
      return this.connect();
    }
    this.#isTrying = false;
    view.number = this.#opened += 1;
    view.openedAt = performance.now();
    this.#newest = view;
    const { socket } = view;
    void socket.ended.then(({ code }) => this.#ended(view, code ?? abnormalClosure));
    socket.write(subscription(1, "session.snapshot", null, null));
    socket.write(subscription(2, "note.live", { limit: 50 }, this.#lastEventId));
  }

  #read(view: View, payload: Buffer): void {
    if (payload.equals(reconnectNotice)) return this.#present === view ? this.connect() : undefined;
    const id = idOf(payload);
    if (id === null) return;
    if (payload.includes(error)) return this.#giveUp(view, payload);
    const isNews = this.#expected === null || payload.includes(this.#expected);
    if (!payload.includes(data)) {
      // A list that is resumed and has not changed says no more than this.
      if (id === "notes") view.hasNotes = true;
    } else if (id === "notes") {
      this.#lastEventId = readEventId(payload);
      this.#isListNew = isNews;
    } else {
      this.#identified(view);
      view.hasSnapshot = isNews;
    }
    if (!this.#isAwaited || this.#lacks(view) !== null) return;
    this.#isAwaited = false;
    this.#options.onLive();
  }

  /** A page asks again over the same socket; here it is enough that it is not counted as live. */
  #giveUp({ socket }: View, payload: Buffer): void {
    this.#options.onRefused(payload.toString());
    socket?.destroy();
  }

  /** The one before it is not needed any more. */
  #identified(view: View): void {
    const before = this.#present;
    this.#present = view;
    if (this.#lostAt !== null) this.#options.onBack(performance.now() - this.#lostAt);
    this.#lostAt = null;
    if (before !== null && before !== view) before.socket?.destroy();
  }

  #ended(view: View, code: number): void {
    if (view !== this.#present && view !== this.#newest) return;
    const plan = planAfterClose(code, "");
    if (plan.action !== "reconnect") throw new Error(`A client of the crowd was sent away with ${code}.`);
    const isIdentified = this.#present === view;
    this.#backoff.fail(plan.haste, isIdentified && performance.now() - view.openedAt >= defaultTiming.stableMs);
    if (isIdentified) {
      this.#present = null;
      this.#lostAt = performance.now();
    }
    if (this.#newest === view) this.#newest = this.#present;
    if (this.#newest === null) this.connect();
  }
}

interface View {
  /** Which of its client's sockets it is, counted from 1. */
  number: number;
  socket: WireSocket | null;
  /** Its snapshot has shown what is expected. */
  hasSnapshot: boolean;
  /** Its list has begun. */
  hasNotes: boolean;
  openedAt: number;
}

const reconnectNotice = Buffer.from('{"id":null,"method":"reconnect"}');
const beginnings = { snapshot: Buffer.from('{"id":1,'), notes: Buffer.from('{"id":2,') };
const data = Buffer.from('"type":"data"');
const error = Buffer.from('"error"');
const abnormalClosure = 1006;

/** Which subscription a frame is of; null when it is of neither. */
function idOf(payload: Buffer): "snapshot" | "notes" | null {
  const beginning = payload.subarray(0, beginnings.notes.length);
  if (beginning.equals(beginnings.snapshot)) return "snapshot";
  return beginning.equals(beginnings.notes) ? "notes" : null;
}

function subscription(id: number, path: string, input: unknown, lastEventId: string | null): Buffer {
  const params = { path, input, ...(lastEventId === null ? {} : { lastEventId }) };
  return buildFrame("text", JSON.stringify({ id, method: "subscription", params }));
}

/** What a live list's frame says can be resumed from. */
function readEventId(payload: Buffer): string {
  const { result } = JSON.parse(payload.toString()) as { readonly result: { readonly id: string } };
  return result.id;
}
