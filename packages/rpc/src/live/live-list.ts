import { createHash } from "node:crypto";

import type { TrackedEnvelope } from "@trpc/server";
import { z } from "zod";

import type { Principal } from "@countersign/auth";
import { diffRows, type LiveListFrame, type LiveRow, type Rule } from "@countersign/contract";

import type { Caller } from "../procedure/call-context.ts";
import { CallError } from "../procedure/call-error.ts";

import type { Watcher } from "./hub.ts";
import { PushStream } from "./push-stream.ts";
import type { Round } from "./round.ts";
import { SharedFrame } from "./shared-frame.ts";

/** The input of a live list: tRPC adds `lastEventId` when a client resumes, so a stricter schema would refuse it. */
export const LiveInput = z.strictObject({ lastEventId: z.string().max(64).optional() }).optional();

/** A list that is the same whoever asks, or that its key tells apart. */
export interface LiveListOptions<Row extends LiveRow> {
  /** Touched (`{ kind: "topic", topic }` on the bus, after the commit) when a row of the list may have changed. */
  readonly topic: string;
  /** Subscribers that name the same key share one read. It must name all that the rows depend on. */
  readonly key: string;
  /** Reads the list as this principal may see it, in the order it is shown. */
  read(principal: Principal | null): Promise<readonly Row[]>;
  /** What the client saw last; when the list is still the same, nothing is sent until it changes. */
  readonly lastEventId?: string | undefined;
}

/** Streams a list: the whole of it first, then differences. See `livePage`. */
export function liveList<Row extends LiveRow>(
  ctx: { readonly caller: Caller; readonly rule: Rule },
  options: LiveListOptions<Row>,
): PushStream<TrackedEnvelope<LiveListFrame<Row>>> {
  const { topic, key, lastEventId } = options;
  return livePage(ctx, {
    lastEventId,
    reading: (principal) => ({ key, topics: [topic], read: async () => ({ rows: await options.read(principal) }) }),
  });
}

/** What a list shows to those who name the same key, at one moment. */
export interface LiveReading<Row extends LiveRow> {
  /** Subscribers that name the same key share one read. It must name all that the rows depend on. */
  readonly key: string;
  /** Touched (`{ kind: "topic", topic }` on the bus, after the commit) when a row of the list may have changed. */
  readonly topics: readonly string[];
  /** Reads the list in the order it is shown. It must depend on nothing that the key does not name. */
  read(): Promise<LivePage<Row>>;
}

export interface LivePage<Row extends LiveRow> {
  readonly rows: readonly Row[];
  /** How many there are in all; left out when it is not counted. */
  readonly total?: number;
}

export interface LivePageOptions<Row extends LiveRow> {
  /** What this principal may see. Asked again before each reading, with the principal as it is then. */
  reading(principal: Principal | null): LiveReading<Row> | Promise<LiveReading<Row>>;
  /** What the client saw last; when the page is still the same, nothing is sent until it changes. */
  readonly lastEventId?: string | undefined;
}

/**
 * Streams a page of rows whose whereabouts depend on who asks: the whole of it first, then differences, for changes by
 * anyone on any replica. The session and the procedure's rule are checked again before each read; a slow reader skips to
 * the newest state.
 */
export function livePage<Row extends LiveRow>(
  ctx: { readonly caller: Caller; readonly rule: Rule },
  options: LivePageOptions<Row>,
): PushStream<TrackedEnvelope<LiveListFrame<Row>>> {
  const { connection } = ctx.caller;
  if (connection === null) {
    throw new CallError("BAD_REQUEST", "Live lists are streamed over the socket only.", { reason: "WRONG_TRANSPORT" });
  }
  const { hub, auth } = connection.services;

  async function isStillSo(principal: Principal | null, { key }: LiveReading<Row>): Promise<boolean> {
    const [present, reading] = await Promise.all([
      connection?.tokenHash ? auth.sessions.validate(connection.tokenHash) : null,
      options.reading(principal),
    ]);
    return present?.user.version === principal?.user.version && reading.key === key;
  }

  return new PushStream(connection, (sink) => {
    let shown: State<Row> | null = null;
    let shownKey: string | null = null;
    let resumeFrom = options.lastEventId;

    const watcher: Watcher = {
      connection,
      rule: ctx.rule,
      topics: [],
      async update(principal, round) {
        let reading = await options.reading(principal);
        let isNew = false;
        // Listened to first, then read: a change between the two would not be heard of.
        while (hub.listen(watcher, reading.topics)) {
          isNew = true;
          reading = await options.reading(principal);
        }
        // One who may see something else than before does not wait to be shown it.
        const mayWait = !isNew && reading.key === shownKey && !round.hasShared(reading.key);
        if (mayWait && hub.putOff(watcher)) return;
        const read = async () => holdOnce(reading.key, new State(await hub.read(watcher, () => reading.read())));
        const present = await (isNew ? round.shareFromNow(reading.key, read) : round.share(reading.key, read));
        const isUnchanged = shown === null && resumeFrom === present.eventId;
        const frame = isUnchanged ? null : frameBetween(shown, present, reading.key, round);
        // The right may have gone while it was read, and what is newer than that is not to be sent: it is read again.
        if (frame && !(await isStillSo(principal, reading))) return hub.touchConnection(connection);
        shown = present;
        shownKey = reading.key;
        resumeFrom = undefined;
        if (frame) sink.send(frame);
      },
      fail: (error) => sink.fail(error),
    };
    return hub.add(watcher);
  });
}

/** The rows at one reading. Its event id is a digest of what is shown, so it is the same on every replica. */
class State<Row extends LiveRow> {
  readonly rows: readonly Row[];
  readonly total: number | undefined;
  readonly #texts: ReadonlyMap<string, string>;
  #eventId: string | null = null;

  constructor({ rows, total }: LivePage<Row>) {
    this.rows = rows;
    this.total = total;
    this.#texts = new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
  }

  get eventId(): string {
    this.#eventId ??= createHash("sha256")
      .update(`${this.total ?? ""}\n`)
      .update([...this.#texts.values()].join("\n"))
      .digest("base64url")
      .slice(0, 22);
    return this.#eventId;
  }

  /** A row is the same when all of it is: what may be done with it can change without its version. */
  shows(row: Row): boolean {
    return this.#texts.get(row.id) === JSON.stringify(row);
  }
}

/** What somebody is shown, by key and event id. */
const held = new Map<string, WeakRef<State<LiveRow>>>();
const registry = new FinalizationRegistry<string>((name) => {
  if (held.get(name)?.deref() === undefined) held.delete(name);
});

/** Those who are shown the same keep one copy of it, though they began at different times. */
function holdOnce<Row extends LiveRow>(key: string, state: State<Row>): State<Row> {
  const name = `${key}\n${state.eventId}`;
  const known = held.get(name)?.deref();
  // The cast: the key names what the rows are, and the event id is a digest of them.
  if (known) return known as State<Row>;
  held.set(name, new WeakRef<State<LiveRow>>(state));
  registry.register(state, name);
  return state;
}

function frameBetween<Row extends LiveRow>(
  before: State<Row> | null,
  present: State<Row>,
  key: string,
  round: Round,
): SharedFrame | null {
  const from = before?.eventId ?? "";
  return round.share(`${key}\n${from}\n${present.eventId}`, () => {
    const change = before === null ? { type: "list" as const, ...wholeOf(present) } : difference(before, present);
    return change && new SharedFrame(JSON.stringify(change), present.eventId);
  });
}

function wholeOf<Row extends LiveRow>({ rows, total }: State<Row>): LivePage<Row> {
  return total === undefined ? { rows } : { rows, total };
}

function difference<Row extends LiveRow>(before: State<Row>, present: State<Row>): LiveListFrame<Row> | null {
  const rows = diffRows(before.rows, present.rows, (_, after) => before.shows(after));
  if (present.total === undefined || present.total === before.total) return rows;
  return { ...(rows ?? { type: "difference", upsert: [], remove: [] }), total: present.total };
}
