import { adminTopic, anySessionTopic, isAdminTopic } from "@countersign/auth";
import type { Hint } from "@countersign/bus";
import { parseSessionEndReason } from "@countersign/contract";
import type { ExternalChange } from "@countersign/db";

import type { Connection } from "../connection/connection.ts";
import { sessionTopic } from "../live/snapshot-stream.ts";
import type { Services } from "../services.ts";

/** How much longer a notice of the database waits than a hint of this process takes. */
const ownHintFirstMs = 10;
/** Sessions read again in one turn; the rest follow in the next, so that calls are answered in between. */
const turnSize = 250;

/**
 * Turns hints into effects on this process's sockets. A session that is told to have ended is dead before anything is
 * read; whatever else may have changed makes the sockets concerned be read again.
 */
export class Revocation {
  readonly #services: Services;
  /** Rises whenever a session may have ended. */
  count = 0;
  #isRereading = false;
  #isRereadDue = false;

  constructor(services: Services) {
    this.#services = services;
  }

  /** `publishedAt`: see `OnHint` of the bus. */
  handleHint(hint: Hint, publishedAt: number | null = null): void {
    const { connections, hub } = this.#services;
    this.#tellAdmins(hint);
    this.#services.transfers.handleHint(hint);
    switch (hint.kind) {
      case "sessions-ended":
        this.count += 1;
        return this.#endSessions(hint.sessionIds, hint.reason, publishedAt);
      case "session-rotated":
        this.count += 1;
        for (const connection of connections.ofSession(hint.sessionId)) connection.supersede();
        return;
      case "session":
        this.count += 1;
        hub.touch(sessionTopic(hint.sessionId));
        return this.recheckLater(connections.ofSession(hint.sessionId));
      case "user":
        this.count += 1;
        return this.#recheckUser(connections.ofUser(hint.userId), publishedAt);
      case "topic":
        return isAdminTopic(hint.topic) ? hub.touchLater(hint.topic) : hub.touch(hint.topic);
      case "gap":
        return this.#everythingMayHaveChanged();
    }
  }

  /** What the hint says of one user or session also changes lists of all of them. */
  #tellAdmins({ kind }: Hint): void {
    const { hub } = this.#services;
    if (kind === "user") {
      hub.touchLater(adminTopic.users);
      hub.touchLater(adminTopic.groups);
    } else if (kind.startsWith("session")) {
      hub.touchLater(adminTopic.sessions);
    }
  }

  /**
   * What the database tells may be this process's own doing: on Postgres the notice can overtake the answer to the commit.
   * A moment later the hint has been handled, which knows the reason, and this finds nothing left to do.
   */
  handleExternalChange(change: ExternalChange): void {
    // Never this process's own: SQLite does not tell of those, and on Postgres it is a gap.
    if (change.kind === "all") return this.#everythingMayHaveChanged();
    if (change.kind === "rows") return this.handleHint({ kind: "topic", topic: change.topic });
    const hint: Hint =
      change.kind === "user" ? { kind: "user", userId: change.id } : { kind: "session", sessionId: change.id };
    setTimeout(() => this.handleHint(hint), ownHintFirstMs).unref();
    // Whose it was is not told.
    if (change.kind === "session") this.#services.hub.touchLater(anySessionTopic);
  }

  /** This process has committed changes of rows that are watched: it tells the other replicas, too. Null: too many to name. */
  tellRows(topics: readonly string[] | null): void {
    const { bus } = this.#services;
    if (topics === null) return bus.publish({ kind: "gap" });
    for (const topic of topics) bus.publish({ kind: "topic", topic });
  }

  /**
   * Reads the sessions of these sockets again, each once, and ends what is over.
   *
   * @throws DatabaseUnavailable when they cannot be read; nothing is ended then: the lease decides.
   */
  async recheck(connections: Iterable<Connection>, { isTouchedAfter = false } = {}): Promise<void> {
    for (const turn of inTurns(bySessionOf(connections))) {
      await Promise.all(turn.map(([tokenHash, sockets]) => this.#recheckSession(tokenHash, sockets, isTouchedAfter)));
      if (turn.length === turnSize) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #endSessions(sessionIds: readonly string[], reason: string, publishedAt: number | null): void {
    const ended = sessionIds.flatMap((id) => this.#services.connections.ofSession(id));
    for (const connection of ended) connection.end(parseSessionEndReason(reason));
    this.#services.meter?.sessionsEnded(sessionIds, publishedAt, ended.length);
  }

  #recheckUser(connections: readonly Connection[], publishedAt: number | null): void {
    const { hub, meter } = this.#services;
    void this.#recheckFirst(connections, () => {
      for (const connection of connections) hub.touchConnection(connection);
      if (meter !== null && connections.length > 0) hub.whenTold(connections, () => meter.userShown(publishedAt));
    });
  }

  #everythingMayHaveChanged(): void {
    this.count += 1;
    this.#services.transfers.recheckAll();
    this.#isRereadDue = true;
    if (!this.#isRereading) void this.#reread();
  }

  /** Once for however many say that it is due: what was told before it begins is read by it, the rest by one more after it. */
  async #reread(): Promise<void> {
    const { connections, hub } = this.#services;
    this.#isRereading = true;
    try {
      while (this.#isRereadDue) {
        this.#isRereadDue = false;
        await this.#recheckFirst([...connections], () => hub.touchAll());
      }
    } finally {
      this.#isRereading = false;
    }
  }

  /** First what is over ends; what the others are shown is read after that, once, whatever has changed of them. */
  async #recheckFirst(connections: readonly Connection[], touch: () => void): Promise<void> {
    await this.#recheckQuietly(connections, { isTouchedAfter: true });
    touch();
  }

  /** The same in the background: never throws. */
  recheckLater(connections: readonly Connection[]): void {
    void this.#recheckQuietly(connections);
  }

  /** Never rejects. */
  async #recheckQuietly(
    connections: readonly Connection[],
    options?: { readonly isTouchedAfter: boolean },
  ): Promise<void> {
    try {
      await this.recheck(connections, options);
    } catch (error) {
      this.#services.log.warn({ err: error }, "Sessions could not be read again; the lease decides");
    }
  }

  async #recheckSession(tokenHash: string, sockets: readonly Connection[], isTouchedAfter: boolean): Promise<void> {
    const { auth, hub } = this.#services;
    const principal = await auth.sessions.validate(tokenHash);
    for (const connection of sockets) {
      if (connection.isDead || connection.isSuperseded) continue;
      if (principal === null) {
        connection.endLost();
        continue;
      }
      if (connection.stand(principal) && !isTouchedAfter) hub.touchConnection(connection);
    }
  }
}

function bySessionOf(connections: Iterable<Connection>): Map<string, Connection[]> {
  const sessions = new Map<string, Connection[]>();
  for (const connection of connections) {
    if (connection.tokenHash === null || connection.isDead) continue;
    const sockets = sessions.get(connection.tokenHash);
    if (sockets) sockets.push(connection);
    else sessions.set(connection.tokenHash, [connection]);
  }
  return sessions;
}

function* inTurns<Item>(items: Iterable<Item>): Generator<Item[]> {
  let turn: Item[] = [];
  for (const item of items) {
    turn.push(item);
    if (turn.length < turnSize) continue;
    yield turn;
    turn = [];
  }
  if (turn.length > 0) yield turn;
}
