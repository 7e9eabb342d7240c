/**
 * What the admin's live lists watch. Much happens under each of them, so they are told at most a few times a second
 * (`LiveHub.touchLater`).
 */
export const adminTopic = {
  /** A user, or what a user may do, may have changed. */
  users: "admin:users",
  /** A group may have changed: its name, its permissions, how many are in it. */
  groups: "admin:groups",
  /** A session began, ended or was used. */
  sessions: "admin:sessions",
  /** The audit log has another event. */
  audit: "admin:audit",
  /** A socket of this process was opened or closed, or what runs on it changed. */
  connections: "admin:connections",
} as const;

/** Is this one of them? */
export function isAdminTopic(topic: string): boolean {
  return topic.startsWith("admin:");
}
