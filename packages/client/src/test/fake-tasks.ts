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

/** A call that was sent: the test decides when it is carried out, and whether its answer arrives. */
interface SentCall {
  readonly action: "create" | "update" | "remove";
  readonly input: Input;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Reader {
  readonly filter: string | null;
  readonly observer: Observer;
  /** What it was sent last; null before anything. */
  sent: readonly FakeTask[] | null;
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
    list: { query: async (_input?: ListInput) => ({ rows: [...this.rows.values()] }) },
    live: { subscribe: (input: ListInput, observer: Observer) => this.#subscribe(input, observer) },
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

  /** What a list with this filter should show. */
  read(filter: string | null): readonly FakeTask[] {
    return [...this.rows.values()].filter(({ state }) => filter === null || state === filter).toReversed();
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

  /** Sends a list what it has not had. */
  push(index: number): void {
    const reader = [...this.#readers][index];
    if (!reader || !this.isOpen) return;
    const rows = this.read(reader.filter);
    const data = reader.sent ? diffRows(reader.sent, rows) : ({ type: "list", rows } as const);
    reader.sent = rows;
    if (data) reader.observer.onData({ id: "1", data: { ...data, total: rows.length } });
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

  #subscribe({ filter }: ListInput, observer: Observer) {
    const reader: Reader = { filter: filter?.state?.eq ?? null, observer, sent: null };
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

interface ListInput {
  readonly filter?: { readonly state?: { readonly eq?: FakeTask["state"] } };
}

function refusal(code: string, data: object = {}): Error {
  return TRPCClientError.from({ error: { code: -32_000, message: code, data: { code, httpStatus: 400, ...data } } });
}
