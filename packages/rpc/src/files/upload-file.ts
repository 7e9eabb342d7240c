import type { IncomingMessage } from "node:http";

import { TRPCError } from "@trpc/server";

import { DatabaseUnavailable } from "@countersign/db";

import { CallError, unavailable } from "../procedure/call-error.ts";

import type { FileRequest } from "./file-request.ts";
import { receiveFile, type ReceivedFile, tooLarge } from "./receive-file.ts";
import type { Transfer } from "./transfer.ts";

/**
 * Takes the file that a request brings: asks its procedure, stores the file while the right to it is watched, and hands it to the
 * procedure. What is not kept in the end is removed.
 */
export async function uploadFile(request: FileRequest, incoming: IncomingMessage): Promise<unknown> {
  const { MAX_UPLOAD_BYTES } = request.services.settings;
  const declared = Number(incoming.headers["content-length"] ?? 0);
  if (declared > MAX_UPLOAD_BYTES) throw tooLarge(MAX_UPLOAD_BYTES);
  if ((incoming.headers["content-encoding"] ?? "identity") !== "identity") {
    throw new CallError("UNSUPPORTED_MEDIA_TYPE", "Send the file as it is, without content-encoding.");
  }

  const transfer = await request.openTransfer(async () => {
    await request.call({ stage: "ask", isRecheck: true });
  });
  try {
    await request.call({ stage: "ask", isRecheck: false });
    return await store(request, incoming, transfer);
  } finally {
    transfer.close();
  }
}

async function store(request: FileRequest, incoming: IncomingMessage, transfer: Transfer): Promise<unknown> {
  const { files } = request;
  const key = await files.expect();
  try {
    const file = await receive(request, incoming, transfer, key);
    const answer = await request.call({ stage: "keep", isRecheck: false, file });
    // Not kept, when it was a retry: the first one stands.
    await files.discardUnlessKept(key);
    return answer;
  } catch (error) {
    const mayBeKept =
      error instanceof TRPCError && error.cause instanceof DatabaseUnavailable && error.cause.outcomeUnknown;
    if (!mayBeKept) await files.discardUnlessKept(key);
    throw error;
  }
}

async function receive(
  { files, services }: FileRequest,
  incoming: IncomingMessage,
  { signal }: Transfer,
  key: string,
): Promise<ReceivedFile> {
  const { MAX_UPLOAD_BYTES, REQUEST_SECONDS } = services.settings;
  try {
    const file = await receiveFile({
      body: incoming,
      key,
      store: files.store,
      mostBytes: MAX_UPLOAD_BYTES,
      signal,
      idleMs: REQUEST_SECONDS * 1000,
    });
    signal.throwIfAborted();
    return file;
  } catch (error) {
    if (error instanceof TRPCError || incoming.readableAborted) throw error;
    services.log.error({ err: error }, "A file could not be stored");
    throw unavailable();
  }
}
