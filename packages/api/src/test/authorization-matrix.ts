import { fileInputHeader, filesPath } from "@countersign/contract";
import { listRules, type ListedProcedure } from "@countersign/rpc";
import type { RawFrame, TestApp } from "@countersign/rpc/testing";

import { permissions } from "../permissions.ts";
import { appRouter } from "../router.ts";
import type { Tables } from "../tables.ts";

import { type Cast, openCasting, type Role, roles } from "./cast.ts";
import { sampleInputs } from "./sample-inputs.ts";

export const transports = ["http", "socket", "files"] as const;
type Transport = (typeof transports)[number];

/** What one procedure answered over one transport, by role: `ok`, or the reason or the code of the refusal. */
export interface MatrixRow {
  readonly path: string;
  readonly transport: Transport;
  readonly answers: Readonly<Record<Role, string>>;
}

/** Calls every procedure of the running app, in every role and over both transports, each time as somebody new. */
export async function fillMatrix(app: TestApp<Tables>): Promise<MatrixRow[]> {
  const cast = await openCasting(app);
  const rows: MatrixRow[] = [];
  for (const procedure of listRules(appRouter, permissions)) {
    for (const transport of transportsOf(procedure)) {
      const answers = await Promise.all(
        roles.map(async (role) => [role, await callAs(app, procedure, transport, await cast(role))] as const),
      );
      // The cast: the entries are of all roles.
      rows.push({ path: procedure.path, transport, answers: Object.fromEntries(answers) as Record<Role, string> });
    }
  }
  return rows;
}

/** The table as text, for a file that is reviewed. Widths are fixed, so that a change shows in its own lines only. */
export function printMatrix(rows: readonly MatrixRow[]): string {
  const lines = [
    ["procedure", "over", ...roles],
    ...rows.map(({ path, transport, answers }) => [path, transport, ...roles.map((role) => answers[role])]),
  ];
  const widths = [28, 8, ...roles.map(() => 21)];
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Files are taken and given in one place of their own, and refused in all others. */
function transportsOf({ rule }: ListedProcedure): readonly Transport[] {
  return rule.transport === "file" ? transports : ["http", "socket"];
}

function callAs(app: TestApp<Tables>, procedure: ListedProcedure, transport: Transport, cast: Cast): Promise<string> {
  const input = sampleInputs[procedure.path]?.(cast);
  const { cookie } = cast.caller;
  if (transport === "files") return callWithFile(app, procedure, input, cookie);
  return transport === "http"
    ? callOverHttp(app, procedure, input, cookie)
    : callOverSocket(app, procedure, input, cookie);
}

async function callOverHttp(
  app: TestApp<Tables>,
  { path, type }: ListedProcedure,
  input: unknown,
  cookie: string | undefined,
): Promise<string> {
  const method = type === "mutation" ? "POST" : "GET";
  const response = await app.http(path, { method, input, cookie });
  const text = await response.text();
  // A subscription's refusal comes as an event of a stream; all other answers look like frames (the cast).
  const [, refusal] = /^event: serialized-error\ndata: (.*)$/m.exec(text) ?? [];
  return describeAnswer(JSON.parse(refusal === undefined ? text : `{"error":${refusal}}`) as RawFrame);
}

async function callWithFile(
  app: TestApp<Tables>,
  { path, type }: ListedProcedure,
  input: unknown,
  cookie: string | undefined,
): Promise<string> {
  const text = encodeURIComponent(JSON.stringify(input));
  const headers = { origin: app.url, "content-type": "application/octet-stream", ...(cookie ? { cookie } : {}) };
  const response =
    type === "mutation"
      ? await fetch(`${app.url}${filesPath}/${path}`, {
          method: "POST",
          headers: { ...headers, [fileInputHeader]: text },
          body: "a file",
        })
      : await fetch(`${app.url}${filesPath}/${path}?input=${text}`, { headers });
  // The cast: answers look like frames.
  return describeAnswer(JSON.parse(await response.text()) as RawFrame);
}

async function callOverSocket(
  app: TestApp<Tables>,
  { path, type }: ListedProcedure,
  input: unknown,
  cookie: string | undefined,
): Promise<string> {
  await using socket = await app.open(cookie);
  return describeAnswer(await socket.call(type, path, input));
}

function describeAnswer({ error }: RawFrame): string {
  if (!error) return "ok";
  const { code, reason } = error.data;
  return typeof reason === "string" ? reason : code;
}
