/** The first byte of a whole frame of each kind (RFC 6455 §5.2). */
const wholeFrame = 0x80;
const opcodes = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;
export type FrameKind = keyof typeof opcodes;

/** Not zero: servers skip the work of unmasking for a zero mask. Fixed: this is no browser. */
const mask = [0x37, 0xfa, 0x21, 0x3d] as const;

/** A masked frame, as clients must send them. */
export function buildFrame(kind: FrameKind, content: string | Buffer): Buffer {
  const payload = Buffer.from(content);
  const head = buildHead(opcodes[kind], payload.length);
  const frame = Buffer.concat([head, payload]);
  maskBytes(frame, head.length, head.length);
  return frame;
}

/** Writes a number of a fixed count of digits into the payload of a masked frame, in place. */
export function writeDigits(
  frame: Buffer,
  place: { readonly head: number; readonly at: number },
  digits: string,
): void {
  const start = place.head + place.at;
  frame.write(digits, start, "latin1");
  maskBytes(frame, place.head, start, start + digits.length);
}

/** How long the head of a masked frame with this payload is. */
export function headLength(payloadLength: number): number {
  return payloadLength < 126 ? 6 : payloadLength < 65_536 ? 8 : 14;
}

function buildHead(opcode: number, length: number): Buffer {
  const head = Buffer.alloc(headLength(length));
  head[0] = wholeFrame | opcode;
  if (head.length === 6) {
    head[1] = 0x80 | length;
  } else if (head.length === 8) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  head.set(mask, head.length - mask.length);
  return head;
}

/** Masks the bytes from `from` on, of a payload that starts at `start`. */
function maskBytes(frame: Buffer, start: number, from: number, to = frame.length): void {
  for (let index = from; index < to; index += 1) {
    frame[index] = (frame[index] ?? 0) ^ (mask[(index - start) & 3] ?? 0);
  }
}
