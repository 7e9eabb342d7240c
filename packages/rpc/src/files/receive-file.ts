import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

import { CallError, invalidFields } from "../procedure/call-error.ts";

import type { FileStore } from "./file-store.ts";
import { fileTypes, type FileType, findTypeOfHead, headBytes, TextCheck } from "./file-type.ts";
import { timedOut } from "./transfers.ts";

/** A file that has come and is stored, and not yet kept: no row names it. */
export interface ReceivedFile {
  readonly key: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly digest: string;
  /** What its bytes say it is. */
  readonly kind: FileType;
}

/**
 * Reads a file from a request into the store, a chunk at a time.
 *
 * @throws CallError as soon as it is too large, of no kind that is taken, empty, or slow; the reason of `signal`; or what reading or
 *   storing fails with. The store then holds nothing of it.
 */
export async function receiveFile(options: {
  readonly body: Readable;
  readonly key: string;
  readonly store: FileStore;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
  /** How long nothing may come. */
  readonly idleMs: number;
  readonly types?: readonly FileType[];
}): Promise<ReceivedFile> {
  const { key, store, types = fileTypes } = options;
  const meter = new FileMeter(options.mostBytes, types);
  await store.write(key, metered(chunksOf(options), meter));
  // The last of it has come: from here on it is the transaction that decides.
  return { key, bytes: meter.bytes, digest: meter.digest(), kind: meter.kind };
}

/** Learns of a file what passes by. */
class FileMeter {
  readonly #mostBytes: number;
  readonly #types: readonly FileType[];
  readonly #hash = createHash("sha256");
  readonly #text = new TextCheck();
  #head = Buffer.alloc(0);
  #kind: FileType | null = null;
  bytes = 0;

  constructor(mostBytes: number, types: readonly FileType[]) {
    this.#mostBytes = mostBytes;
    this.#types = types;
  }

  take(chunk: Uint8Array): void {
    this.bytes += chunk.byteLength;
    if (this.bytes > this.#mostBytes) throw tooLarge(this.#mostBytes);
    this.#hash.update(chunk);
    if (this.#head.byteLength < headBytes) this.#readHead(chunk);
    if (this.#kind === null) this.#readText(chunk);
  }

  end(): void {
    if (this.bytes === 0) throw invalidFields({ file: ["The file is empty."] });
    if (this.#kind === null) this.#readText(null);
    this.#kind ??= this.#types.find((one) => one.isHead === undefined) ?? null;
    if (this.#kind === null) throw typeRefused();
  }

  get kind(): FileType {
    if (this.#kind === null) throw new Error("The kind of a file is known when all of it has come.");
    return this.#kind;
  }

  digest(): string {
    return this.#hash.digest("hex");
  }

  #readHead(chunk: Uint8Array): void {
    this.#head = Buffer.concat([this.#head, chunk.subarray(0, headBytes - this.#head.byteLength)]);
    this.#kind ??= findTypeOfHead(this.#head, this.#types);
  }

  /** What is no text either is refused at once: the rest of it is not waited for. */
  #readText(chunk: Uint8Array | null): void {
    this.#text.take(chunk);
    const mayBeMore = chunk !== null && this.#head.byteLength < headBytes;
    if (!this.#text.isText && !mayBeMore) throw typeRefused();
  }
}

async function* metered(chunks: AsyncIterable<Uint8Array>, meter: FileMeter): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    meter.take(chunk);
    yield chunk;
  }
  meter.end();
}

/**
 * The chunks of a request's body. It is left open when reading stops early, so that the refusal can still be answered over the same
 * connection.
 */
async function* chunksOf({
  body,
  signal,
  idleMs,
}: {
  readonly body: Readable;
  readonly signal: AbortSignal;
  readonly idleMs: number;
}): AsyncGenerator<Uint8Array> {
  const iterator = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array, undefined>;
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  let idle: NodeJS.Timeout | undefined;
  // Told to nobody when all is read.
  stopped.promise.catch(() => {});
  try {
    for (;;) {
      idle = setTimeout(() => stopped.reject(timedOut()), idleMs);
      const chunk = iterator.next();
      // A body that breaks off after we have stopped reading concerns nobody.
      chunk.catch(() => {});
      const { done, value } = await Promise.race([chunk, stopped.promise]);
      clearTimeout(idle);
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(idle);
    signal.removeEventListener("abort", stop);
  }
}

export function tooLarge(mostBytes: number): CallError {
  return new CallError("PAYLOAD_TOO_LARGE", `The file is too large: at most ${mostBytes} bytes.`, {
    reason: "FILE_TOO_LARGE",
    details: { mostBytes },
  });
}

function typeRefused(): CallError {
  const message = "Files of this kind are not taken. Pictures, PDF, text, archives and office documents are.";
  return new CallError("UNSUPPORTED_MEDIA_TYPE", message, { reason: "FILE_TYPE_REFUSED" });
}
