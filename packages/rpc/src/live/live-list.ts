import { createHash } from "node:crypto";

import type { TrackedEnvelope } from "@trpc/server";
import { z } from "zod";

import type { Principal } from "@countersign/auth";
import { diffRows, type LiveListFrame, type LiveRow, type Rule, stateOfRow } from "@countersign/contract";

import type { Caller } from "../procedure/call-context.ts";
import { CallError } from "../procedure/call-error.ts";

import { PushStream } from "./push-stream.ts";
import type { Round } from "./round.ts";
import { SharedFrame } from "./shared-frame.ts";

/** The input of a live list: tRPC adds `lastEventId` when a client resumes, so a stricter schema would refuse it. */
export const LiveInput = z.strictObject({ lastEventId: z.string().max(64).optional() }).optional();

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

/**
 * Streams a list: the whole of it first, then differences, for changes by anyone on any replica. The session and the
 * procedure's rule are checked again before each read; a slow reader skips to the newest state.
 */
export function liveList<Row extends LiveRow>(
  ctx: { readonly caller: Caller; readonly rule: Rule },
  options: LiveListOptions<Row>,
): PushStream<TrackedEnvelope<LiveListFrame<Row>>> {
  const { connection } = ctx.caller;
  if (connection === null) {
    throw new CallError("BAD_REQUEST", "Live lists are streamed over the socket only.", { reason: "WRONG_TRANSPORT" });
  }

  return new PushStream(connection, (sink) => {
    let shown: State<Row> | null = null;
    let resumeFrom = options.lastEventId;

    return connection.services.hub.add({
      connection,
      rule: ctx.rule,
      topics: [options.topic],
      async update(principal, round) {
        const present = await round.share(options.key, async () => new State(await options.read(principal)));
        const before = shown;
        shown = present;
        const isUnchanged = before === null && resumeFrom === present.eventId;
        resumeFrom = undefined;
        const frame = isUnchanged ? null : frameBetween(before, present, options.key, round);
        if (frame) sink.send(frame);
      },
      fail: (error) => sink.fail(error),
    });
  });
}

/** The rows at one reading. Its event id says which rows in which versions, with which rights and in which order, so it is the same on every replica. */
class State<Row extends LiveRow> {
  readonly rows: readonly Row[];
  #eventId: string | null = null;

  constructor(rows: readonly Row[]) {
    this.rows = rows;
  }

  get eventId(): string {
    this.#eventId ??= createHash("sha256")
      .update(this.rows.map((row) => `${row.id}:${stateOfRow(row)}`).join("\n"))
      .digest("base64url")
      .slice(0, 22);
    return this.#eventId;
  }
}

function frameBetween<Row extends LiveRow>(
  before: State<Row> | null,
  present: State<Row>,
  key: string,
  round: Round,
): SharedFrame | null {
  const from = before?.eventId ?? "";
  return round.share(`${key}\n${from}`, () => {
    const change: LiveListFrame<Row> | null =
      before === null ? { type: "list", rows: present.rows } : diffRows(before.rows, present.rows);
    return change && new SharedFrame(change, present.eventId);
  });
}
