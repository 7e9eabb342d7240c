import { type DataHolder, dataTopic } from "@countersign/auth";
import type { Rule } from "@countersign/contract";

import type { Connection } from "../connection/connection.ts";
import { pickFitting, type SessionDataKeys } from "../procedure/session-data-keys.ts";

import { PushStream } from "./push-stream.ts";
import { SharedFrame } from "./shared-frame.ts";

/**
 * Streams what the browser may see of the data kept for a holder: all of it, whenever it changes. A socket knows one
 * session, or one visitor, for its whole life: who gets another one gets another socket.
 */
export function sessionDataStream<Shown>(
  connection: Connection,
  options: { readonly rule: Rule; readonly holder: DataHolder | null; readonly shown: SessionDataKeys },
): PushStream<Shown> {
  const { rule, holder, shown } = options;
  const { auth, hub } = connection.services;
  const topics = holder === null ? [] : [dataTopic(holder)];

  async function read(): Promise<Record<string, unknown>> {
    if (holder === null) return {};
    return pickFitting(shown, await auth.sessionData.read(holder, Object.keys(shown)));
  }

  return new PushStream<Shown>(connection, (sink) => {
    let last: string | null = null;
    return hub.add({
      connection,
      rule,
      topics,
      async update(_principal, round) {
        const values = await round.share(topics[0] ?? "no data", read);
        const json = JSON.stringify(values);
        if (json !== last) sink.send(new SharedFrame(json));
        last = json;
      },
      fail: (error) => sink.fail(error),
    });
  });
}
