import type { ServerResponse } from "node:http";

import type { HttpBindings } from "@hono/node-server";

import { notFound } from "../procedure/call-error.ts";

import { contentDisposition } from "./content-disposition.ts";
import { FileAnswer } from "./file-answer.ts";
import type { FileRequest } from "./file-request.ts";
import { fileTypes } from "./file-type.ts";
import type { Transfer } from "./transfer.ts";

/**
 * Answers with the file that the procedure names, while the right to it is watched: should it go, the connection is cut. Nobody
 * keeps a copy: a browser that showed it would show it again to whoever may not see it any more.
 */
export async function sendFile(
  request: FileRequest,
  { outgoing }: HttpBindings,
  { isHead, isInline }: { readonly isHead: boolean; readonly isInline: boolean },
): Promise<Response> {
  const { files, services } = request;
  let asked: FileAnswer | null = null;
  const transfer = await request.openTransfer(async () => {
    const again = await ask(request, true);
    if (asked !== null && again.key !== asked.key) throw notFound();
  });
  try {
    const file = await ask(request, false);
    asked = file;
    const stored = await files.store.read(file.key);
    if (stored?.bytes !== file.bytes) {
      throw new Error(`The store holds ${stored?.bytes ?? "nothing"} of a file of ${file.bytes} bytes: ${file.key}.`);
    }
    const headers = fileHeaders(file, isInline);
    // Whoever has left meanwhile is told of no end of the answer any more.
    if (isHead || outgoing.destroyed) {
      transfer.close();
      return new Response(null, { headers });
    }
    cutWhenOver(outgoing, transfer);
    const idleMs = services.settings.REQUEST_SECONDS * 1000;
    return new Response(toStream(stored.content, outgoing, idleMs), { headers });
  } catch (error) {
    transfer.close();
    throw error;
  }
}

async function ask(request: FileRequest, isRecheck: boolean): Promise<FileAnswer> {
  const answer = await request.call({ stage: "read", isRecheck });
  if (answer instanceof FileAnswer) return answer;
  throw new Error("A procedure that gives a file returns a FileAnswer.");
}

function fileHeaders({ name, type, bytes }: FileAnswer, isInline: boolean): Record<string, string> {
  const isPicture = fileTypes.some((known) => known.type === type && known.isPicture);
  return {
    "Content-Type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
    "Content-Length": String(bytes),
    "Content-Disposition": contentDisposition(isInline && isPicture ? "inline" : "attachment", name),
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "none",
  };
}

/** Once the head is sent there is no answering any more. */
function cutWhenOver(outgoing: ServerResponse, transfer: Transfer): void {
  const { signal } = transfer;
  // What is written and not yet sent is not sent any more.
  const cut = () => (outgoing.socket ? outgoing.socket.resetAndDestroy() : outgoing.destroy());
  signal.addEventListener("abort", cut);
  outgoing.once("close", () => {
    signal.removeEventListener("abort", cut);
    transfer.close();
  });
  if (signal.aborted) cut();
}

/** The chunks as they are asked for. A reader who takes nothing for too long is cut. */
function toStream(
  content: AsyncIterable<Uint8Array>,
  outgoing: ServerResponse,
  idleMs: number,
): ReadableStream<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  const idle = setTimeout(() => outgoing.destroy(), idleMs).unref();
  outgoing.once("close", () => {
    clearTimeout(idle);
    // Whoever stopped reading leaves the file open.
    void iterator.return?.();
  });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        idle.refresh();
        const next = await iterator.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
    },
    { highWaterMark: 0 },
  );
}
