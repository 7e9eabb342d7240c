import { readErrorData } from "@countersign/client";
import { describeCallError, type Messages } from "@countersign/pages";

import type { AttachmentMessages } from "../../messages/english-attachment-messages.ts";

import { formatLimit } from "./format-size.ts";

/** Why a file was not taken, in a sentence. */
export function describeUploadError(
  error: unknown,
  texts: AttachmentMessages,
  messages: Messages,
  locale?: string,
): string {
  const data = readErrorData(error);
  if (data?.reason === "FILE_TOO_LARGE")
    return texts.tooLarge(formatLimit(Number(data.details?.["mostBytes"]), locale));
  if (data?.reason === "FILE_TYPE_REFUSED") return texts.kindRefused;
  if (data?.reason === "QUOTA_REACHED") return texts.full;
  if (data?.fields?.["file"]) return texts.empty;
  if (data?.code === "TIMEOUT") return texts.slow;
  return describeCallError(error, messages, locale);
}

/** Is it the file itself that is not taken? Then sending it again would end alike. */
export function isFileRefused(error: unknown): boolean {
  const data = readErrorData(error);
  return (
    data?.reason === "FILE_TOO_LARGE" || data?.reason === "FILE_TYPE_REFUSED" || data?.fields?.["file"] !== undefined
  );
}
