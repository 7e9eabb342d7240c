import { TRPCClientError } from "@trpc/client";

import { diffRows, type LiveListFrame } from "@countersign/contract";

import { CallFailure, createStore, type IdentityChange, type SnapshotState } from "../index.ts";

export interface FakeTask {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly state: "todo" | "done";
}

type Input = Readonly<Record<string, unknown>>;
type Observer = {
  readonly onData: (frame: { readonly id: string; readonly data: LiveListFrame<FakeTask> }) => void;
  readonly onError: (error: unknown) => void;
};

/** What lists are asked for. */
export interface FakeListInput {
  readonly filter?: { readonly state?: { readonly eq?: FakeTask["state"] } };
  readonly order?: { readonly by: "title"; readonly direction?: "asc" | "desc" };
  readonly limit?: number;
}

/** A call that was sent: the test decides when it is carried out, and whether its answer arrives. */
interface SentCall {
  readonly action: "create" | "update" | "remove";
  readonly input: Input;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Reader {
  readonly input: FakeListInput;
  readonly observer: Observer;
  /** What it was sent last; null before anything. */
  sent: readonly FakeTask[] | null;
  sentTotal: number;
}

/** A server of tasks without a network, so that a test decides the order in which everything happens. */
export class FakeTasks {
  readonly connection = createStore({ state: "open" as const, attempt: 0, retryAt: null });
  readonly rows = new Map<string, FakeTask>();
  readonly calls: SentCall[] = [];
  readonly #answers = new Map<string, unknown>();
  readonly #readers = new Set<Reader>();
  #serial = 0;
  readonly session = {
    connection: this.connection,
    snapshot: createStore<SnapshotState>({ status: "loading" }),
    onIdentityChange: (_listener: (change: IdentityChange) => void) => () => {},
  };
  readonly router = {
    list: { query: async (_input?: FakeListInput) => ({ rows: [...this.rows.values()] }) },
    live: { subscribe: (input: FakeListInput, observer: Observer) => this.#subscribe(input, observer) },
    create: { mutate: (input: { title: string; state: FakeTask["state"] }) => this.#call<FakeTask>("create", input) },
    update: {
      mutate: (input: { id: string; version: number; title?: string; state?: FakeTask["state"] }) =>
        this.#call<FakeTask>("update", input),
    },
    remove: { mutate: (input: { id: string }) => this.#call<object>("remove", input) },
  };

  get isOpen(): boolean {
    return (this.connection.get().state as string) === "open";
  }

  /** What a list should show that asks for this. */
  read({ filter, order, limit = 20 }: FakeListInput): { readonly rows: readonly FakeTask[]; readonly total: number } {
    const wanted = filter?.state?.eq;
    const found = [...this.rows.values()].filter(({ state }) => wanted === undefined || state === wanted);
    const sign = order?.direction === "desc" ? -1 : 1;
    const rows = order ? found.toSorted((a, b) => sign * byTitle(a, b)) : found.toReversed();
    return { rows: rows.slice(0, limit), total: found.length };
  }

  write(task: Omit<FakeTask, "version">): void {
    this.rows.set(task.id, { ...task, version: (this.rows.get(task.id)?.version ?? 0) + 1 });
  }

  newId(): string {
    this.#serial += 1;
    return `row-${this.#serial}`;
  }

  /** Carries a call out, or refuses it; its answer arrives unless it is lost on the way. */
  answer(call: SentCall, fate: "answered" | "lost" | "refused"): void {
    this.calls.splice(this.calls.indexOf(call), 1);
    if (fate === "refused") return call.reject(refusal("FORBIDDEN"));
    const answer = this.#act(call);
    if (fate === "lost") return call.reject(new CallFailure("deadline", "unknown", `task.${call.action}`));
    if (answer instanceof Error) call.reject(answer);
    else call.resolve(answer);
  }

  /** Carries a call out. What is given back lets its answer arrive. */
  carryOut(call: SentCall): () => void {
    this.calls.splice(this.calls.indexOf(call), 1);
    const answer = this.#act(call);
    return () => call.resolve(answer);
  }

  /** Sends a list what it has not had. */
  push(index: number): void {
    const reader = [...this.#readers][index];
    if (!reader || !this.isOpen) return;
    const { rows, total } = this.read(reader.input);
    const same = { type: "difference", upsert: [], remove: [] } as const;
    const data = reader.sent ? (diffRows(reader.sent, rows) ?? same) : ({ type: "list", rows } as const);
    const isNews = data !== same || reader.sentTotal !== total;
    reader.sent = rows;
    reader.sentTotal = total;
    if (isNews) reader.observer.onData({ id: "1", data: { ...data, total } });
  }

  /** Calls on their way get no answer; some of them were carried out. */
  disconnect(areCarriedOut: boolean): void {
    if (!this.isOpen) return;
    this.connection.set({ ...this.connection.get(), state: "reconnecting" as never });
    for (const call of this.calls.splice(0)) {
      if (areCarriedOut) this.#act(call);
      call.reject(new CallFailure("disconnected", "unknown", `task.${call.action}`));
    }
    for (const reader of this.#readers) reader.sent = null;
  }

  connect(): void {
    this.connection.set({ ...this.connection.get(), state: "open" });
  }

  #subscribe(input: FakeListInput, observer: Observer) {
    const reader: Reader = { input, observer, sent: null, sentTotal: 0 };
    this.#readers.add(reader);
    return { unsubscribe: () => void this.#readers.delete(reader) };
  }

  #call<Answer>(action: SentCall["action"], input: object): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.calls.push({ action, input: input as Input, resolve, reject });
    return promise as Promise<Answer>;
  }

  #act({ action, input }: SentCall): unknown {
    const key = String(input["key"]);
    if (!this.#answers.has(key)) {
      const answer = this.#change(action, input);
      // What is refused is not kept: it can be asked again.
      if (answer instanceof Error) return answer;
      this.#answers.set(key, answer);
    }
    return this.#answers.get(key);
  }

  #change(action: SentCall["action"], input: Input): unknown {
    const { key: _, version, ...fields } = input;
    if (action === "create") {
      const id = this.newId();
      this.write({ ...(fields as Omit<FakeTask, "id" | "version">), id });
      return this.rows.get(id);
    }
    const present = this.rows.get(String(input["id"]));
    if (!present) return refusal("NOT_FOUND");
    if (action === "remove") {
      this.rows.delete(present.id);
      return {};
    }
    if (present.version !== version) {
      return refusal("CONFLICT", { reason: "VERSION_CONFLICT", current: present });
    }
    this.write({ ...present, ...fields });
    return this.rows.get(present.id);
  }
}

function byTitle(a: FakeTask, b: FakeTask): number {
  return a.title < b.title || (a.title === b.title && a.id < b.id) ? -1 : 1;
}

function refusal(code: string, data: object = {}): Error {
  return TRPCClientError.from({ error: { code: -32_000, message: code, data: { code, httpStatus: 400, ...data } } });
}
