import * as fc from "fast-check";

/** A request for a socket that is not as it should be, and how its sender goes on. */
export interface HostileUpgrade {
  readonly kind: "upgrade";
  readonly bytes: Buffer;
  /** `rest`: sends no more and waits; `reset`: cuts the connection in the middle, as a host that vanishes does. */
  readonly ending: "end" | "reset" | "rest";
}

const line = fc.oneof(
  fc.constantFrom("GET", "get", "POST", "TRACE", "CONNECT", "PRI", "G T", "", "GET\0"),
  fc.string({ maxLength: 12 }),
);
const target = fc.oneof(
  fc.constantFrom(
    "/trpc",
    "/",
    "//",
    "/trpc/",
    "//trpc",
    "/TRPC",
    "/trpc?connectionParams=1",
    "/trpc/../x",
    "/trpc%",
    "/trpc%zz",
    "/%00",
    "*",
    "http://[",
    "http://evil.example/trpc",
    "evil.example:443",
    "/trpc#x",
    "/\\evil",
    `/${"x".repeat(9000)}`,
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.webUrl(),
);
const host = fc.oneof(
  fc.constantFrom(
    "",
    "[",
    "]",
    "[::1",
    "a b",
    "a@b",
    "a/b",
    "x:port",
    "x:99999999",
    "localhost\0",
    "-",
    "..",
    "evil.example",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.ipV6().map((address) => `[${address}]`),
);
const origin = fc.oneof(
  fc.constantFrom("null", "file://", "https://evil.example", "http://localhost", "", "http://localhost:1.evil.example"),
  fc.string({ maxLength: 30 }),
);
const key = fc.oneof(
  fc.constantFrom(
    "dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "short",
    "x".repeat(500),
    "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==",
  ),
  fc.base64String({ maxLength: 40 }),
);
const version = fc.oneof(fc.constantFrom("13", "12", "8", "0", "-13", "13, 12", ""), fc.string({ maxLength: 6 }));
const extra = fc.oneof(
  fc.constantFrom(
    "Transfer-Encoding: chunked",
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 5\r\nContent-Length: 6",
    "Expect: 100-continue",
    "Upgrade: h2c",
    "Connection: close",
    "Host: other.example",
    "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99999",
    "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate",
    "Sec-WebSocket-Extensions: ;;;",
    "Sec-WebSocket-Protocol: ,,,",
    "Sec-WebSocket-Protocol: a, a",
    "X-Forwarded-For: 1.2.3.4, [::1",
    "X-Forwarded-Proto: javascript",
    "Cookie: session=%zz; session=%; __Host-session=\u0001",
    `Cookie: ${"a=b; ".repeat(1500)}`,
    `X-Long: ${"x".repeat(20_000)}`,
    " folded",
    "No colon",
    ": no name",
    "Na me: x",
    "Sec-WebSocket-Key: second",
  ),
  fc.tuple(fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 60 })).map((parts) => parts.join(": ")),
);
/** What follows the head at once, before the answer: frames, half ones, another request, noise. */
const behind = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.from("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")),
);

/** Requests of all kinds; `own` is what a right one says. */
export function hostileUpgrades(own: { readonly host: string; readonly origin: string }): fc.Arbitrary<HostileUpgrade> {
  // Of a dozen parts one is wrong, as a rule: more, and only the first check would ever be seen.
  const mostly = <Value>(right: Value, other: fc.Arbitrary<Value>) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: other });
  return fc
    .record({
      method: mostly("GET", line),
      target: mostly("/trpc", target),
      protocol: mostly("HTTP/1.1", fc.constantFrom("HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "", "ICY")),
      host: mostly<string | null>(own.host, fc.option(host)),
      origin: mostly<string | null>(own.origin, fc.option(origin)),
      upgrade: mostly("websocket", fc.constantFrom("WebSocket", "h2c", "", "websocket, websocket")),
      connection: mostly("Upgrade", fc.constantFrom("upgrade", "keep-alive, Upgrade", "close", "")),
      key: mostly<string | null>("dGhlIHNhbXBsZSBub25jZQ==", fc.option(key)),
      version: mostly<string | null>("13", fc.option(version)),
      extras: fc.array(extra, { maxLength: 3 }),
      newline: mostly("\r\n", fc.constantFrom("\n", "\r", "\r\n ")),
      behind,
      /** Of the whole, so much is sent: a half handshake. */
      share: mostly(1, fc.double({ min: 0, max: 1, noNaN: true })),
      // A byte out of place, anywhere.
      broken: mostly<number | null>(null, fc.nat()),
      ending: fc.constantFrom("end" as const, "reset" as const, "rest" as const),
    })
    .map((parts) => ({ kind: "upgrade", bytes: write(parts), ending: parts.ending }));
}

function write(parts: {
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  readonly host: string | null;
  readonly origin: string | null;
  readonly upgrade: string;
  readonly connection: string;
  readonly key: string | null;
  readonly version: string | null;
  readonly extras: readonly string[];
  readonly newline: string;
  readonly behind: Buffer;
  readonly share: number;
  readonly broken: number | null;
}): Buffer {
  const named = {
    Host: parts.host,
    Origin: parts.origin,
    Upgrade: parts.upgrade,
    Connection: parts.connection,
    "Sec-WebSocket-Key": parts.key,
    "Sec-WebSocket-Version": parts.version,
  };
  const headers = Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  const lines = [`${parts.method} ${parts.target} ${parts.protocol}`, ...headers, ...parts.extras, "", ""];
  const whole = Buffer.concat([Buffer.from(lines.join(parts.newline), "latin1"), parts.behind]);
  if (parts.broken !== null && whole.length > 0) whole[parts.broken % whole.length] = parts.broken % 256;
  return whole.subarray(0, Math.ceil(whole.length * parts.share));
}
