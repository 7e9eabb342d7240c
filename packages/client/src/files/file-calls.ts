import { TRPCClientError } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import { filesPath } from "@countersign/contract";

import { CallFailure, type CallFailureKind } from "../call-failure.ts";
import type { Connection } from "../connection.ts";
import { readErrorData } from "../error-data.ts";

import { type Sending, sendFile } from "./send-file.ts";

/** How much of a file has been sent, in bytes. */
export interface UploadProgress {
  readonly sent: number;
  readonly total: number;
}

export interface UploadOptions {
  readonly onProgress?: (progress: UploadProgress) => void;
  /** Takes it back. What is sent already may have arrived. */
  readonly signal?: AbortSignal;
  /** What a retry by hand is known by; made when it is not given. */
  readonly key?: string;
}

export interface FileCalls {
  /**
   * Sends a file to a procedure that takes one, as in `uploadFile("attachment.upload", { taskId, name: file.name }, file)`; resolves
   * with its answer. When the answer is lost, the server is asked what became of it, and the file is sent once more if nothing did:
   * it is never kept twice.
   *
   * @throws TRPCClientError with the server's refusal; CallFailure when there was no answer, or somebody else is signed in meanwhile;
   *   the reason of `signal`.
   */
  readonly uploadFile: <Answer>(path: string, input: object, file: Blob, options?: UploadOptions) => Promise<Answer>;
  /** The address of the file that a procedure gives, for a link or, with `inline`, a picture. */
  readonly fileUrl: (path: string, input: object, options?: { readonly inline?: boolean }) => string;
}

export interface FileParts {
  readonly url: string;
  readonly XMLHttpRequest: () => XMLHttpRequest;
  readonly fetch: typeof fetch;
  readonly connection: Pick<Connection, "handOver">;
  /** How to fail each call that belongs to the present identity. */
  readonly drops: Set<(kind: CallFailureKind) => void>;
  /** How long nothing may move. */
  readonly stallMs: number;
}

/** Files in and out, under the one identity that calls are made for. */
export function createFileCalls(parts: FileParts): FileCalls {
  async function uploadFile<Answer>(
    path: string,
    input: object,
    file: Blob,
    options: UploadOptions = {},
  ): Promise<Answer> {
    const { signal, onProgress, key = crypto.randomUUID() } = options;
    const belongs = new AbortController();
    const drop = (kind: CallFailureKind) => belongs.abort(new CallFailure(kind, "unknown", path));
    const ended = signal ? AbortSignal.any([signal, belongs.signal]) : belongs.signal;
    const sending: Sending = {
      address: `${parts.url}${filesPath}/${path}`,
      input: { ...input, key },
      file,
      signal: ended,
      stallMs: parts.stallMs,
      onProgress: onProgress ?? (() => {}),
    };
    parts.drops.add(drop);
    try {
      // The cast: the procedure of this path answers it.
      return (await sendUntilKnown(path, sending)) as Answer;
    } finally {
      parts.drops.delete(drop);
    }
  }

  /** Sent twice at most: again only when the server says that nothing was kept. */
  async function sendUntilKnown(path: string, sending: Sending): Promise<unknown> {
    const first = await attempt(sending);
    if (first.status === "answered") return first.data;
    if (first.status === "unknown") {
      const kept = await askOutcome(sending);
      if (kept.status === "unknown") throw new CallFailure("disconnected", "unknown", path);
      if (kept.status === "answered" && kept.data !== null) return kept.data;
    }
    // Another tab was faster with the same token: the new cookie is there when the socket has come back with it.
    if (first.status === "stale") await parts.connection.handOver();
    sending.signal.throwIfAborted();
    const second = await attempt(sending);
    if (second.status === "answered") return second.data;
    const last = second.status === "unknown" ? await askOutcome(sending) : second;
    if (last.status === "answered" && last.data !== null) return last.data;
    throw new CallFailure("disconnected", "unknown", path);
  }

  async function attempt(sending: Sending): Promise<Attempt> {
    const answer = await sendFile(parts.XMLHttpRequest(), sending);
    return answer === null ? { status: "unknown" } : readAnswer(answer);
  }

  async function askOutcome({ address, input, signal }: Sending): Promise<Attempt> {
    try {
      const response = await parts.fetch(addInput(address, input), { signal, credentials: "include" });
      return readAnswer(await response.text());
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TRPCClientError) throw error;
      return { status: "unknown" };
    }
  }

  return {
    uploadFile,
    fileUrl: (path, input, { inline = false } = {}) =>
      `${addInput(`${parts.url}${filesPath}/${path}`, input)}${inline ? "&inline" : ""}`,
  };
}

type Attempt =
  | { readonly status: "answered"; readonly data: unknown }
  /** The session has a new token: nothing was done. */
  | { readonly status: "stale" }
  | { readonly status: "unknown" };

/** @throws TRPCClientError when it is a refusal. */
function readAnswer(text: string): Attempt {
  const answer = parse(text);
  if (answer?.result) return { status: "answered", data: answer.result.data };
  if (!answer?.error) return { status: "unknown" };
  // The cast: tRPC types the shape of an error by the router; the client knows none.
  const error = TRPCClientError.from<AnyRouter>(answer as Parameters<typeof TRPCClientError.from>[0]);
  if (readErrorData(error)?.reason === "STALE_CONNECTION") return { status: "stale" };
  throw error;
}

interface Answered {
  readonly result?: { readonly data: unknown };
  readonly error?: unknown;
}

/** Null when it is not from the server, but from a proxy before it, say. */
function parse(text: string): Answered | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

function addInput(address: string, input: object): string {
  return `${address}?input=${encodeURIComponent(JSON.stringify(input))}`;
}
