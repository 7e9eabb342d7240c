import { expect, test } from "vitest";

import { FrameReader } from "./frame-reader.ts";

test.each([
  [1, 200],
  [3, 1000],
  [7, 1000],
  [1000, 65_535],
  [1000, 65_536],
  [1_000_000, 70_000],
])("frames that come %i bytes at a time are read whole, the longest of %i", (size, longest) => {
  const texts = ["", "short", "x".repeat(125), "y".repeat(126), "z".repeat(longest)];
  const bytes = Buffer.concat([
    ...texts.map((text) => serverFrame(0x81, Buffer.from(text))),
    serverFrame(0x89, Buffer.from("ping")),
    serverFrame(0x88, Buffer.from([4401 >> 8, 4401 & 255])),
  ]);
  const { seen, reader } = startReader();
  for (let at = 0; at < bytes.length; at += size) {
    // The memory is used again, as a socket's is.
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    reader.read(chunk);
    chunk.fill(0);
  }
  expect(seen).toEqual([...texts, "ping: ping", "close: 4401"]);
});

test("a fragment, and a masked frame, are errors", () => {
  expect(() => startReader().reader.read(serverFrame(0x01, Buffer.from("a")))).toThrow("0x1");
  expect(() => startReader().reader.read(Buffer.from([0x81, 0x80, 0, 0, 0, 0]))).toThrow("mask");
});

function startReader() {
  const seen: string[] = [];
  const reader = new FrameReader({
    onText: (payload) => seen.push(payload.toString()),
    onPing: (payload) => seen.push(`ping: ${payload.toString()}`),
    onClose: (code) => seen.push(`close: ${code}`),
  });
  return { seen, reader };
}

function serverFrame(first: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? Buffer.alloc(2) : payload.length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = first;
  head[1] = payload.length < 126 ? payload.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}
