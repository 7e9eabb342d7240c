/** What is touched when a session of this user begins, is used or ends: see `LiveHub`. */
export function sessionsTopic(userId: string): string {
  return `sessions:${userId}`;
}

/** What is touched when somebody's session was changed in the database itself, by whatever process. */
export const anySessionTopic = "sessions";
