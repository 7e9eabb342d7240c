import { type WireOptions, WireSocket } from "./wire-socket.ts";

/** As many handshakes are under way at once: enough to be quick, few enough for any listen queue. */
const atOnce = 64;

/** Opens one socket for each of these, in order. */
export async function openSockets(all: readonly WireOptions[]): Promise<WireSocket[]> {
  const sockets: WireSocket[] = [];
  for (let at = 0; at < all.length; at += atOnce) {
    const group = all.slice(at, at + atOnce).map((options) => WireSocket.open(options));
    sockets.push(...(await Promise.all(group)));
  }
  return sockets;
}
