import { buildFrame } from "../wire/frame.ts";

/** One measurement: so many connections, each with so many calls under way at any time. */
export interface Load {
  readonly port: number;
  /** A file with a line for each client: the `Cookie` header, a tab, the answer it is to get, as JSON. */
  readonly clientsFile: string;
  readonly connections: number;
  readonly depth: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly calls: number;
  readonly seconds: number;
  /** From the writing of a call to the reading of its answer, in microseconds. */
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  /** How much of one core the generator itself used, 0 to 1. Near 1 it is the generator that was measured. */
  readonly generatorShare: number;
}

/** A client that calls, and what it must be answered. */
export interface LoadClient {
  readonly cookie: string | null;
  readonly answer: unknown;
}

export function formatClients(clients: readonly LoadClient[]): string {
  return clients.map(({ cookie, answer }) => `${cookie ?? ""}\t${JSON.stringify(answer)}\n`).join("");
}

/** The call all sides are sent, after the head with its id. The id has seven digits: see `generator.c`. */
export const idDigits = 7;
export const firstId = 10 ** (idDigits - 1);
export const callStart = '{"id":';
export const callEnd = ',"method":"query","params":{"path":"me","input":{"a":1,"s":"hello"}}}';
export const answerStart = '{"id":';
export const answerMiddle = ',"result":{"type":"data","data":';
export const answerEnd = "}}";

/** The frame of this call. */
export function buildCall(id: number): Buffer {
  return buildFrame("text", `${callStart}${id}${callEnd}`);
}
