import * as fc from "fast-check";

/** Bytes for an open socket that no client of ours would send. */
export interface HostileFrame {
  readonly kind: "frame";
  readonly bytes: Buffer;
  /** `reset` cuts the connection behind it. */
  readonly ending: "go on" | "reset";
}

const path = fc.oneof(
  fc.constantFrom(
    "session.me",
    "session.snapshot",
    "session.data.live",
    "session.handover",
    "note.list",
    "note.live",
    "note.create",
    "admin.user.list",
    "auth.login",
    "__proto__",
    "constructor",
    "",
  ),
  fc.string(),
);
const input = fc.oneof(
  fc.jsonValue(),
  fc.object({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    JSON.parse(`{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`),
    { limit: 1e9 },
    { search: "%".repeat(2000) },
    { filter: { createdAt: { gte: "0000-00-00" } } },
    { lastEventId: "x".repeat(5000) },
  ),
);
const envelope = fc.record(
  {
    id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.double(), fc.object({ maxDepth: 1 })),
    jsonrpc: fc.constantFrom("2.0", "1.0", 2),
    method: fc.oneof(fc.constantFrom("query", "mutation", "subscription", "subscription.stop"), fc.string()),
    params: fc.oneof(
      fc.record({ path, input, lastEventId: fc.string() }, { requiredKeys: [] }),
      fc.record({ path, input }),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);
const text = fc.oneof(
  envelope.map((value) => JSON.stringify(value)),
  fc.array(envelope, { maxLength: 40 }).map((value) => JSON.stringify(value)),
  // A valid text with a byte or two knocked out of place.
  fc.tuple(envelope, fc.nat(), fc.string({ maxLength: 2 })).map(([value, at, junk]) => {
    const whole = JSON.stringify(value);
    return whole.slice(0, at % whole.length) + junk + whole.slice((at % whole.length) + 1);
  }),
  fc.constantFrom(
    "PING",
    "PONG",
    "",
    "[",
    "[".repeat(20_000),
    '{"a":'.repeat(5000),
    "1e999",
    '"\\ud800"',
    "x".repeat(70_000),
  ),
  fc.string({ unit: "binary" }),
);
const payload = fc.oneof(
  { weight: 4, arbitrary: text.map((value) => Buffer.from(value)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Buffer.from([0xc3]), Buffer.from([0xff, 0xfe]), Buffer.from([0xed, 0xa0, 0x80])),
  },
);
/** What a close frame may hold, and what it may not. */
const closing = fc
  .tuple(fc.constantFrom(0, 999, 1000, 1001, 1004, 1005, 1006, 1012, 1015, 2999, 3000, 4401, 5000, 65_535), payload)
  .map(([code, rest]) => Buffer.concat([Buffer.from([code >> 8, code & 0xff]), rest.subarray(0, 140)]));

/** Frames of all kinds: right ones with hostile texts for the most part, so that they are read to their end. */
export function hostileFrames(): fc.Arbitrary<HostileFrame> {
  const right = payload.map((data) => encode({ first: 0x81, isMasked: true, data, length: null }));
  const pieces = fc
    .tuple(text, fc.integer({ min: 1, max: 80 }))
    .map(([value, size]) => inPieces(Buffer.from(value.slice(0, 4000)), size));
  const control = fc
    .tuple(fc.constantFrom(0x88, 0x89, 0x8a, 0x08, 0x09), fc.oneof(closing, payload))
    .map(([first, data]) => encode({ first, isMasked: true, data, length: null }));
  const odd = fc
    .record({
      first: fc.integer({ min: 0, max: 255 }),
      isMasked: fc.boolean(),
      data: payload,
      length: fc.option(fc.constantFrom(0, 1, 125, 126, 65_535, 65_536, 2 ** 31, 2 ** 53)),
    })
    .map(encode);
  const noise = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  const bytes = fc.oneof(
    { weight: 12, arbitrary: right },
    { weight: 3, arbitrary: pieces },
    { weight: 2, arbitrary: control },
    { weight: 2, arbitrary: odd },
    { weight: 1, arbitrary: noise },
  );
  const ending = fc.oneof(
    { weight: 30, arbitrary: fc.constant("go on" as const) },
    { weight: 1, arbitrary: fc.constant("reset" as const) },
  );
  return fc.record({ bytes, ending }).map((parts) => ({ kind: "frame", ...parts }));
}

/** RFC 6455 §5.2. `length` is what the frame says of itself; null for the truth. */
function encode(frame: {
  readonly first: number;
  readonly isMasked: boolean;
  readonly data: Buffer;
  readonly length: number | null;
}): Buffer {
  const said = frame.length ?? frame.data.length;
  const bit = frame.isMasked ? 0x80 : 0;
  const head = Buffer.alloc(said < 126 ? 2 : said < 65_536 ? 4 : 10);
  head[0] = frame.first;
  head[1] = bit | (said < 126 ? said : said < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(said, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(said), 2);
  if (!frame.isMasked) return Buffer.concat([head, frame.data]);
  const mask = Buffer.from([0x11, 0x22, 0x33, 0x44]);
  const masked = Buffer.from(frame.data);
  for (let index = 0; index < masked.length; index += 1) masked[index] = (masked[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return Buffer.concat([head, mask, masked]);
}

function inPieces(data: Buffer, size: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < data.length || pieces.length === 0; at += size) {
    const isLast = at + size >= data.length;
    const first = (isLast ? 0x80 : 0) | (at === 0 ? 0x1 : 0x0);
    pieces.push(encode({ first, isMasked: true, data: data.subarray(at, at + size), length: null }));
  }
  return Buffer.concat(pieces);
}
