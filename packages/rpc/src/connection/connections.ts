import type { Connection } from "./connection.ts";

/** All open sockets of this process, found by session, by user and by address. */
export class Connections {
  readonly #all = new Set<Connection>();
  readonly #bySession = new Index();
  readonly #byUser = new Index();
  readonly #byAddress = new Index();
  readonly #onChange: () => void;

  /** `onChange` is called when a socket came or went, or said of itself that it changed. */
  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#all[Symbol.iterator]();
  }

  /** Adds a socket under the session and user it knows by now. */
  add(connection: Connection): void {
    this.#all.add(connection);
    this.#byAddress.add(connection.addressKey, connection);
    if (connection.sessionId !== null) this.#bySession.add(connection.sessionId, connection);
    if (connection.userId !== null) this.#byUser.add(connection.userId, connection);
    this.#onChange();
  }

  remove(connection: Connection): void {
    if (!this.#all.delete(connection)) return;
    this.#byAddress.remove(connection.addressKey, connection);
    if (connection.sessionId !== null) this.#bySession.remove(connection.sessionId, connection);
    if (connection.userId !== null) this.#byUser.remove(connection.userId, connection);
    this.#onChange();
  }

  /** What is shown of a socket changed: its user's name, or how many subscriptions run. */
  noteChange(): void {
    this.#onChange();
  }

  /** A copy: closing a socket takes it out of the index. */
  ofSession(sessionId: string): Connection[] {
    return this.#bySession.list(sessionId);
  }

  ofUser(userId: string): Connection[] {
    return this.#byUser.list(userId);
  }

  /** Sessions that have a socket here. */
  sessionIds(): ReadonlySet<string> {
    return this.#bySession.keys();
  }

  countOfSession(sessionId: string): number {
    return this.#bySession.count(sessionId);
  }

  countOfUser(userId: string): number {
    return this.#byUser.count(userId);
  }

  countOfAddress(addressKey: string): number {
    return this.#byAddress.count(addressKey);
  }
}

class Index {
  readonly #sets = new Map<string, Set<Connection>>();

  add(key: string, connection: Connection): void {
    const set = this.#sets.get(key);
    if (set) set.add(connection);
    else this.#sets.set(key, new Set([connection]));
  }

  remove(key: string, connection: Connection): void {
    const set = this.#sets.get(key);
    set?.delete(connection);
    if (set?.size === 0) this.#sets.delete(key);
  }

  list(key: string): Connection[] {
    return [...(this.#sets.get(key) ?? [])];
  }

  keys(): ReadonlySet<string> {
    return new Set(this.#sets.keys());
  }

  count(key: string): number {
    return this.#sets.get(key)?.size ?? 0;
  }
}
