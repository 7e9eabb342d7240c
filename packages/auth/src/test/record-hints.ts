import type { Bus, Hint } from "@countersign/bus";

import { isAdminTopic } from "../admin/admin-topic.ts";

/** What is published from now on, in order, but for what only lists of users and sessions watch. */
export function recordHints(bus: Bus): Hint[] {
  const hints: Hint[] = [];
  bus.subscribe((hint) => {
    const isForLists = hint.kind === "topic" && (isAdminTopic(hint.topic) || hint.topic.startsWith("sessions:"));
    if (!isForLists) hints.push(hint);
  });
  return hints;
}
