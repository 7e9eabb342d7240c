import { fileInputHeader, filesPath } from "@countersign/contract";
import type { ErrorData } from "@countersign/contract";
import type { TestApp } from "@countersign/rpc/testing";

import type { Tables } from "../tables.ts";

import type { SentRow } from "./answers.ts";
import type { Person } from "./open-project.ts";

/** What became of a file that was sent: its row, or the refusal. */
export interface FileAnswer {
  readonly status: number;
  readonly row: SentRow | undefined;
  readonly error: ErrorData | undefined;
}

/** Sends a file as the app's page does. */
export async function sendFile(
  app: TestApp<Tables>,
  { user }: Pick<Person, "user">,
  file: { readonly taskId: string; readonly name?: string; readonly key?: string; readonly body?: string | Buffer },
): Promise<FileAnswer> {
  const { taskId, name = "plan.txt", key, body = "the plan" } = file;
  const input = { taskId, name, ...(key === undefined ? {} : { key }) };
  const response = await fetch(`${app.url}${filesPath}/attachment.upload`, {
    method: "POST",
    headers: {
      origin: app.url,
      cookie: user.cookie,
      "content-type": "application/octet-stream",
      [fileInputHeader]: encodeURIComponent(JSON.stringify(input)),
    },
    body: body instanceof Buffer ? new Uint8Array(body) : body,
  });
  // The cast: that is the shape of every answer.
  const answer = (await response.json()) as { result?: { data: SentRow }; error?: { data: ErrorData } };
  return { status: response.status, row: answer.result?.data, error: answer.error?.data };
}

/** Fetches the file of an attachment. */
export async function fetchFile(app: TestApp<Tables>, { user }: Pick<Person, "user">, id: string): Promise<Response> {
  const input = encodeURIComponent(JSON.stringify({ id }));
  return fetch(`${app.url}${filesPath}/attachment.download?input=${input}`, { headers: { cookie: user.cookie } });
}
