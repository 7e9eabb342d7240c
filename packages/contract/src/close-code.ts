/**
 * WebSocket close codes the browser acts on (RFC 6455 §7.4.2: 4000–4999 are the application's; 1012 is IANA's
 * "service restart").
 */
export const CloseCode = {
  /** The session ended or changed hands: show the new state, do not loop. */
  sessionEnded: 4401,
  /** Refused for good: do not come back by yourself. */
  refused: 4403,
  /** The reader is too slow for what it subscribed to. */
  tooSlow: 4408,
  /** Flooding: come back later. */
  flooding: 4429,
  /** The server restarts or cannot confirm sessions: come back with jitter. */
  restart: 1012,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/**
 * What a server says with 1012 when it has answered all it had begun on the socket: what got no answer was not executed, and
 * may be sent again.
 */
export const drainedReason = "drained";
