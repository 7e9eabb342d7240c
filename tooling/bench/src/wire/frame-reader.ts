export interface FrameHandler {
  onText(payload: Buffer): void;
  onClose(code: number): void;
  onPing(payload: Buffer): void;
}

/**
 * Cuts what a server sends into frames as it comes. Payloads are views of what was read: they hold only during the call.
 * Servers do not mask, and none of ours fragments; what else comes is an error.
 */
export class FrameReader {
  readonly #handler: FrameHandler;
  #rest: Buffer | null = null;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 2) {
      const size = readSize(bytes, at);
      if (size === null || bytes.length - at < size.head + size.payload) break;
      const start = at + size.head;
      this.#handle(bytes[at] ?? 0, bytes.subarray(start, start + size.payload));
      at = start + size.payload;
    }
    // A copy, because the chunk's memory is used again for the next one.
    this.#rest = at === bytes.length ? null : Buffer.from(bytes.subarray(at));
  }

  #handle(first: number, payload: Buffer): void {
    if (first === 0x81) return this.#handler.onText(payload);
    if (first === 0x88) return this.#handler.onClose(payload.length >= 2 ? payload.readUInt16BE(0) : 1005);
    if (first === 0x89) return this.#handler.onPing(payload);
    if (first !== 0x8a) throw new Error(`A frame that begins with 0x${first.toString(16)} was not expected.`);
  }
}

/** How long head and payload of the frame at `at` are; null when the head has not all come. */
function readSize(bytes: Buffer, at: number): { readonly head: number; readonly payload: number } | null {
  const short = bytes[at + 1] ?? 0;
  if (short > 127) throw new Error("A server must not mask its frames.");
  if (short < 126) return { head: 2, payload: short };
  const head = short === 126 ? 4 : 10;
  if (bytes.length - at < head) return null;
  return { head, payload: short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2)) };
}
