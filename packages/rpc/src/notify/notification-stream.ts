import type { Notification } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import { PushStream } from "../live/push-stream.ts";
import { SharedFrame } from "../live/shared-frame.ts";
import type { SignedInContext } from "../procedure/call-context.ts";
import { CallError } from "../procedure/call-error.ts";

import { notificationTopic } from "./notifications.ts";

/** More than can be waiting at once. */
const mostRemembered = 200;

/** Streams a user's notices to one window: first those it has missed, then each as it comes; none of them twice. */
export function notificationStream({
  caller,
  rule,
  session,
}: Pick<SignedInContext<CoreTables, string>, "caller" | "rule" | "session">): PushStream<Notification> {
  const { connection } = caller;
  if (connection === null) {
    throw new CallError("BAD_REQUEST", "Notices are streamed over the socket only.", { reason: "WRONG_TRANSPORT" });
  }
  const { hub, notifications } = connection.services;

  return new PushStream(connection, (sink) => {
    let sent: ReadonlySet<string> = new Set();
    return hub.add({
      connection,
      rule,
      topics: [notificationTopic(session.userId)],
      async update() {
        const unseen = await notifications.listUnseen(session);
        for (const notification of unseen)
          if (!sent.has(notification.id)) sink.send(new SharedFrame(JSON.stringify(notification)));
        sent = new Set([...sent, ...unseen.map(({ id }) => id)].slice(-mostRemembered));
      },
      fail: (error) => sink.fail(error),
    });
  });
}
