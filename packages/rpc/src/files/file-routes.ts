import type { HttpBindings } from "@hono/node-server";
import type { Context, Handler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import { fileInputHeader, filesPath } from "@countersign/contract";

import { CallError } from "../procedure/call-error.ts";
import { listRules } from "../procedure/rule-list.ts";

import { FileRequest, type FileRequestOptions } from "./file-request.ts";
import { sendFile } from "./send-file.ts";
import { uploadFile } from "./upload-file.ts";

type FileContext = Context<{ Bindings: HttpBindings }>;

/** Parts of a page, and whatever else could run a file: they do not get one, whatever its type says. */
const refusedDestinations =
  /^(?:script|style|worker|sharedworker|serviceworker|audioworklet|paintworklet|iframe|frame|object|embed|manifest|xslt)$/;

/**
 * Files in and out, by procedures whose rule says `transport: "file"` and no others: POST brings a file, GET fetches one, or, of a
 * procedure that takes one, asks what became of it.
 */
export function fileRoutes(options: FileRequestOptions): Handler<{ Bindings: HttpBindings }> {
  const served = listRules(options.router).filter(({ rule }) => rule.transport === "file");
  const procedures = new Map(served.map((procedure) => [procedure.path, procedure]));

  return async (c) => {
    const procedure = procedures.get(c.req.path.slice(filesPath.length + 1));
    if (!procedure) return c.json({ error: { message: "There is nothing here." } }, 404);
    const isPost = c.req.method === "POST";
    const isUpload = procedure.type === "mutation";
    if (isPost && !isUpload) return c.json({ error: { message: "Use GET." } }, 405, { Allow: "GET, HEAD" });

    const request = new FileRequest(options, procedure, c.env, null);
    try {
      const input = readInput(c, isPost);
      const called = new FileRequest(options, procedure, c.env, input);
      return await answer(c, called, { isPost, isUpload }).then((response) => addHeaders(c, called, response));
    } catch (error) {
      if (c.env.outgoing.destroyed) return c.body(null, 408);
      return describeFailure(c, request, error);
    }
  };
}

async function answer(
  c: FileContext,
  request: FileRequest,
  { isPost, isUpload }: { isPost: boolean; isUpload: boolean },
) {
  if (isPost) return c.json({ result: { data: await uploadFile(request, c.env.incoming) } });
  if (isUpload) {
    const data = await request.call({ stage: "outcome", isRecheck: false });
    return c.json({ result: { data } });
  }
  const destination = c.req.header("sec-fetch-dest");
  if (destination !== undefined && refusedDestinations.test(destination)) {
    throw new CallError("FORBIDDEN", "Files are downloaded or shown as pictures, nothing else.");
  }
  return sendFile(request, c.env, { isHead: c.req.method === "HEAD", isInline: c.req.query("inline") !== undefined });
}

/** With a file the body is taken: the input comes in a header, which no form and no simple request of another site can set. */
function readInput(c: FileContext, isPost: boolean): unknown {
  const text = isPost ? decode(c.req.header(fileInputHeader)) : c.req.query("input");
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    throw unreadable();
  }
}

function decode(header: string | undefined): string {
  try {
    if (header !== undefined) return decodeURIComponent(header);
  } catch {
    // Said below.
  }
  throw unreadable();
}

function unreadable(): CallError {
  return new CallError(
    "BAD_REQUEST",
    `The input cannot be read. Send it as JSON: percent-encoded in ${fileInputHeader}, or as ?input=.`,
  );
}

function describeFailure(c: FileContext, request: FileRequest, error: unknown): Response {
  const shape = request.describe(error);
  const { httpStatus, retryAfterSeconds } = shape.data;
  if (retryAfterSeconds !== undefined) c.header("Retry-After", String(retryAfterSeconds));
  // The cast: it is the status of an error.
  return addHeaders(c, request, c.json({ error: shape }, httpStatus as ContentfulStatusCode));
}

/** What the calls have set: a cookie that is taken away. */
function addHeaders(c: FileContext, { headers }: FileRequest, response: Response): Response {
  for (const [name, value] of headers) if (name !== "retry-after") response.headers.append(name, value);
  return response;
}
