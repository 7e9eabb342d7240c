export { buildFrame } from "./frame.ts";
export { type WireEnd, type WireOptions, WireSocket } from "./wire-socket.ts";
