import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What is sent in place of the real answer. What is left out stays as the provider answered. */
export interface HostileAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Nothing is sent before. */
  readonly delayMs?: number;
  /** Nor before this is fulfilled. */
  readonly heldUntil?: Promise<unknown>;
  /** Blanks that follow the body. */
  readonly moreBytes?: number;
  /** How long blanks come before the body, a byte at a time. */
  readonly dripMs?: number;
  /** The connection is cut instead. */
  readonly isCut?: boolean;
}

/** A real answer as it is passed on. */
export interface PassedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

const json = { "content-type": "application/json" };

/** Answers that have nothing to do with what was asked. */
export const hostileAnswers = {
  badRequest: { status: 400, headers: json, body: JSON.stringify({ error: "invalid_grant" }) },
  serverError: { status: 500, headers: { "content-type": "text/plain" }, body: "Something went wrong." },
  html: { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Back soon</title>" },
  /** JSON by its type and not by its bytes. */
  brokenJson: { status: 200, headers: json, body: '{"id_token": "' },
  cut: { isCut: true },
  /** The real answer, late. */
  slow: (delayMs: number) => ({ delayMs }),
  /** The real answer, when a test lets it go. */
  held: (heldUntil: Promise<unknown>) => ({ heldUntil }),
  /** The real answer, at once and then a byte at a time. */
  drip: (dripMs: number) => ({ dripMs }),
  /** The real answer, with so many blanks behind it that JSON does not mind. */
  huge: (moreBytes = 64 * 1024 * 1024) => ({ moreBytes }),
  redirect: (location: string, status = 307) => ({ status, headers: { location }, body: "" }),
} as const satisfies Record<string, HostileAnswer | ((...given: never[]) => HostileAnswer)>;

const blanks = " ".repeat(64 * 1024);
const dripEveryMs = 50;

/** Sends the answer, for as long as somebody listens. */
export async function sendAnswer(
  response: ServerResponse,
  real: PassedAnswer,
  {
    status,
    headers,
    body = real.body,
    delayMs = 0,
    heldUntil,
    moreBytes = 0,
    dripMs = 0,
    isCut = false,
  }: HostileAnswer,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: gone.signal });
    await heldUntil;
    if (isCut) return void response.destroy();

    response.writeHead(status ?? real.status, { ...(status === undefined ? real.headers : {}), ...headers });
    if (dripMs > 0) await drip(response, dripMs, gone.signal);
    if (body !== "") response.write(body);
    for (let sent = 0; sent < moreBytes && !gone.signal.aborted; sent += blanks.length)
      await write(response, gone.signal);
    response.end();
  } catch (error) {
    // Whoever asked has left.
    if (!gone.signal.aborted) throw error;
  }
}

/** Blanks before JSON mean nothing, so that a short body lasts as well. */
async function drip(response: ServerResponse, forMs: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    response.write(" ");
    await sleep(dripEveryMs, undefined, { signal });
  }
}

async function write(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (response.write(blanks)) return;
  const drained = Promise.withResolvers<void>();
  response.once("drain", drained.resolve);
  signal.addEventListener("abort", () => drained.resolve(), { once: true });
  await drained.promise;
}
