import { randomUUID } from "node:crypto";

import type { TRPCDefaultErrorShape, TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { z } from "zod";

import { type ErrorData, safeReturnTo } from "@countersign/contract";
import { DatabaseUnavailable } from "@countersign/db";

import { callFacts } from "../observe/call-facts.ts";

import type { RootContext } from "./call-context.ts";
import { CallError, invalidFields, outcomeUnknown, unavailable } from "./call-error.ts";
import { describeFault } from "./describe-fault.ts";

// For all schemas of the server: those of an app are asked before anything here sees what they found.
z.config({ customError: describeFault });

/** What a failed call tells the client: the words meant for it, and nothing else. */
export interface ErrorShape {
  readonly message: string;
  readonly code: TRPCDefaultErrorShape["code"];
  readonly data: ErrorData;
}

/** Faults told of one input at most. */
const mostFaults = 20;

const generic: Partial<Record<TRPCError["code"], string>> = {
  BAD_REQUEST: "The request is not valid.",
  FORBIDDEN: "You may not do this.",
  NOT_FOUND: "Not found.",
  PARSE_ERROR: "The message could not be read.",
  UNAUTHORIZED: "Sign in to continue.",
};

/**
 * tRPC would send the text of whatever was thrown (a query, a path, a secret). Only what was written for the client goes
 * out: a `CallError`, the fields of a failed validation, or a `TRPCError` with a message of its own. An internal error
 * gets an id, and the log gets the rest.
 */
export function formatError(options: {
  readonly shape: TRPCDefaultErrorShape;
  readonly error: TRPCError;
  readonly path: string | undefined;
  readonly ctx: RootContext | undefined;
}): ErrorShape {
  const { shape, path, ctx } = options;
  const error = toPublicError(options.error);
  const data: ErrorData = {
    code: error.code,
    httpStatus: getHTTPStatusCodeFromError(error),
    // Bounded, because an unknown path is the client's own text.
    ...(path === undefined ? {} : { path: path.slice(0, 64) }),
    ...(error instanceof CallError ? safeDetails(error) : {}),
  };
  noteUnserved(options);
  if (error.code !== "INTERNAL_SERVER_ERROR") return { message: publicMessage(error), code: shape.code, data };

  const errorId = randomUUID();
  const facts = ctx ? callFacts(ctx.caller) : {};
  ctx?.caller.services.log.error({ errorId, path, ...facts, err: error.cause ?? error }, "A call failed");
  return {
    message: `Something went wrong on our side. Error id: ${errorId}`,
    code: shape.code,
    data: { ...data, errorId },
  };
}

/**
 * Why the database did not serve a call, once a minute for each reason: a full disk or a lock may meet those only who write, of
 * which nothing else tells.
 */
function noteUnserved({
  error: { cause },
  path,
  ctx,
}: Pick<Parameters<typeof formatError>[0], "error" | "path" | "ctx">) {
  if (!(cause instanceof DatabaseUnavailable) || ctx === undefined) return;
  const { refusalLog } = ctx.caller.services;
  const facts = () => ({ path, ...callFacts(ctx.caller), err: cause });
  refusalLog.writeNews(`database ${cause.message}`, facts, "The database did not serve a call");
}

/** The one gate for redirects: wherever the wish comes from, only a path of this site leaves. */
function safeDetails({ details: { redirectTo, ...rest } }: CallError): CallError["details"] {
  const path = safeReturnTo(redirectTo, "");
  return path === "" ? rest : { ...rest, redirectTo: path };
}

/** Gives known failures the answer they are to get; leaves all others as they are. */
export function toPublicError(error: TRPCError): TRPCError {
  if (error instanceof CallError) return error;
  if (error.cause instanceof DatabaseUnavailable) return error.cause.outcomeUnknown ? outcomeUnknown() : unavailable();
  if (error.code === "BAD_REQUEST" && error.cause instanceof z.core.$ZodError)
    return invalidFields(fieldErrors(error.cause));
  return error;
}

function publicMessage(error: TRPCError): string {
  const inherited = error.cause !== undefined && error.message === error.cause.message;
  const isOwnMessage = !inherited && error.message !== error.code && error.code !== "PARSE_ERROR";
  // tRPC's own NOT_FOUND and METHOD_NOT_SUPPORTED repeat the path; the client knows what it asked for.
  const namesPath = /^(?:No |Unsupported )/.test(error.message) && error.message.includes("procedure");
  return isOwnMessage && !namesPath ? error.message : (generic[error.code] ?? error.code);
}

function fieldErrors(error: z.core.$ZodError): Record<string, string[]> {
  // A map, because a field's name may be one that all objects have.
  const fields = new Map<string, string[]>();
  for (const issue of error.issues.slice(0, mostFaults)) {
    const isUnknown = issue.code === "unrecognized_keys";
    const paths = isUnknown ? issue.keys.slice(0, mostFaults).map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) {
      // Bounded, because the names of unknown fields are the client's own text.
      const name = path.map(String).join(".").slice(0, 64);
      const messages = fields.get(name) ?? [];
      fields.set(name, messages);
      messages.push(isUnknown ? "This field is not known." : issue.message);
    }
  }
  return Object.fromEntries([...fields].slice(0, mostFaults));
}
