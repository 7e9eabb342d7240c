import { randomBytes } from "node:crypto";

let latest = 0;
let counter = 0;

/**
 * A new UUIDv7 (RFC 9562 §5.7): ids made by one process sort in the order they were made, also within a millisecond and
 * when the clock goes back. A handle, not a secret.
 */
export function newId(): string {
  const bytes = randomBytes(16);
  const now = Date.now();
  if (now > latest) {
    latest = now;
    // A random start below half of the 12 bits leaves room to count in (RFC 9562 §6.2, method 1).
    counter = bytes.readUInt16BE(6) & 0x7ff;
  } else if (++counter > 0xfff) {
    latest += 1;
    counter = 0;
  }

  bytes.writeUIntBE(latest, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
