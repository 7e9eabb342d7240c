import { type Principal, toSnapshot } from "@countersign/auth";
import { anonymous, type Rule, type UserSnapshot } from "@countersign/contract";

import type { Connection } from "../connection/connection.ts";

import { PushStream, type PushSink } from "./push-stream.ts";
import type { Round } from "./round.ts";
import { SharedFrame } from "./shared-frame.ts";

/** Streams what the browser may know of its user: the present state first, then every newer one. */
export function snapshotStream(
  connection: Connection,
  rule: Rule,
  principal: Principal | null,
): PushStream<UserSnapshot> {
  const topics = principal === null ? [] : [userTopic(principal.user.id), sessionTopic(principal.session.id)];

  return new PushStream<UserSnapshot>(connection, (sink) => {
    const send = sendWhenNewer(sink);
    return connection.services.hub.add({
      connection,
      rule,
      topics,
      update: (present, round) => send(readSnapshot(present, round)),
      fail: (error) => sink.fail(error),
    });
  });
}

/** Touched when the user, or what the user may do, may have changed. */
export function userTopic(userId: string): string {
  return `user:${userId}`;
}

/** Touched when the session may have changed. */
export function sessionTopic(sessionId: string): string {
  return `session:${sessionId}`;
}

interface Reading {
  readonly version: number;
  readonly json: string;
  readonly frame: SharedFrame;
}

function readSnapshot(principal: Principal | null, round: Round): Reading {
  const key = principal === null ? "snapshot" : `snapshot:${principal.session.id}`;
  return round.share(key, () => {
    const snapshot = principal === null ? anonymous : toSnapshot(principal);
    const version = snapshot.isAuthenticated ? snapshot.version : 0;
    return { version, json: JSON.stringify(snapshot), frame: new SharedFrame(snapshot) };
  });
}

function sendWhenNewer(sink: PushSink): (reading: Reading) => void {
  let last: Reading | null = null;
  return (reading) => {
    if (last !== null && (reading.version < last.version || reading.json === last.json)) return;
    last = reading;
    sink.send(reading.frame);
  };
}
