import type { Services } from "../services.ts";

/**
 * Pings sockets that have been silent and terminates those that do not answer: one timer for all. Protocol pings, which
 * every WebSocket client answers by itself. Returns the way to stop.
 */
export function startKeepAlive({ connections, settings }: Services): () => void {
  const pingMs = settings.PING_SECONDS * 1000;
  const pongMs = settings.PONG_SECONDS * 1000;
  // What a look comes late by is added to the two.
  const stepMs = Math.max(250, Math.min(pingMs, pongMs) / 8);
  const pinged = new WeakSet<object>();

  const timer = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) {
      const silentMs = now - connection.lastHeardAt;
      if (silentMs < pingMs) {
        pinged.delete(connection);
      } else if (silentMs >= pingMs + pongMs) {
        connection.socket.terminate();
      } else if (!pinged.has(connection)) {
        pinged.add(connection);
        connection.socket.ping();
      }
    }
  }, stepMs).unref();
  return () => clearInterval(timer);
}
