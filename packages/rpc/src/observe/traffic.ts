/** What sockets have carried since the start. Always counted: adding one costs nothing. */
export interface Traffic {
  /** WebSocket messages sent, answers and pushes. */
  framesSent: number;
  /** Those of them that nobody asked for just then. */
  pushesSent: number;
  /** Sockets cut because they read too slowly. */
  slowReadersCut: number;
  /** Sockets closed because they sent too much. */
  floodsCut: number;
}

export function createTraffic(): Traffic {
  return { framesSent: 0, pushesSent: 0, slowReadersCut: 0, floodsCut: 0 };
}
