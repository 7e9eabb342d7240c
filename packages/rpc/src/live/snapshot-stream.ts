import type { Principal } from "@countersign/auth";
import { anonymous, type Rule, type UserSnapshot } from "@countersign/contract";
import type { MaybePromise } from "@countersign/db";

import type { Connection } from "../connection/connection.ts";

import { PushStream, type PushSink } from "./push-stream.ts";
import type { Round } from "./round.ts";
import { SharedFrame } from "./shared-frame.ts";
import type { ReadSnapshot } from "./snapshot-reader.ts";

/** Streams what the browser may know of its user: the present state first, then every newer one. */
export function snapshotStream(
  connection: Connection,
  rule: Rule,
  principal: Principal | null,
): PushStream<UserSnapshot> {
  const { hub, readSnapshot } = connection.services;
  const topics = principal === null ? [] : [userTopic(principal.user.id), sessionTopic(principal.session.id)];

  return new PushStream<UserSnapshot>(connection, (sink) => {
    const send = sendWhenNewer(sink);
    return hub.add({
      connection,
      rule,
      topics,
      update(present, round) {
        const reading = readShared(present, round, readSnapshot);
        return reading instanceof Promise ? reading.then(send) : send(reading);
      },
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

function readShared(principal: Principal | null, round: Round, read: ReadSnapshot): MaybePromise<Reading> {
  const key = principal === null ? "snapshot" : `snapshot:${principal.session.id}`;
  return round.share(key, () => {
    const snapshot = principal === null ? anonymous : read(principal);
    return snapshot instanceof Promise ? snapshot.then(toReading) : toReading(snapshot);
  });
}

function toReading(snapshot: UserSnapshot): Reading {
  const version = snapshot.isAuthenticated ? snapshot.version : 0;
  const json = JSON.stringify(snapshot);
  return { version, json, frame: new SharedFrame(json) };
}

function sendWhenNewer(sink: PushSink): (reading: Reading) => void {
  // Not the whole reading: the bytes of its frame are of no use any more.
  let [version, json] = [-1, ""];
  return (reading) => {
    if (reading.version < version || reading.json === json) return;
    ({ version, json } = reading);
    sink.send(reading.frame);
  };
}
