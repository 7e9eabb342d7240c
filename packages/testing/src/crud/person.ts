import assert from "node:assert/strict";

import { newId } from "@countersign/auth";
import type { CoreTables } from "@countersign/db";
import type { HttpCall, RawFrame, RawSocket, TestApp } from "@countersign/rpc/testing";

import { type Answer, toAnswer } from "./answer.ts";

export type Call = "query" | "mutation" | "subscription";

/** Somebody who calls: a user with a session of their own, or a visitor. */
export interface Caller {
  readonly socket: RawSocket;
  /** Calls a procedure by its full path over the socket. @throws when the answer is an internal error. */
  call(type: Call, path: string, input?: unknown): Promise<Answer>;
  /** The same over HTTP. */
  http(type: Call, path: string, input?: unknown): Promise<Answer>;
  /** Calls with an input that JSON.stringify would not write, as in `{"rank":1e999}`. */
  callRaw(type: Call, path: string, json: string): Promise<Answer>;
}

export interface Person<Place = unknown> extends Caller {
  readonly id: string;
  readonly username: string;
  readonly cookie: string;
  /** What the person's rows belong to, from `place` of the options. */
  readonly place: Place;
}

/** Somebody without a session. */
export async function openCaller<Tables extends CoreTables>(app: TestApp<Tables>, cookie?: string): Promise<Caller> {
  const socket = await app.open(cookie);
  let rawId = 1_000_000;
  return {
    socket,
    async call(type, path, input) {
      const frame = await socket.call(type, path, input);
      return refuseInternalError(toAnswer(frame, JSON.stringify(frame)), path, input, app);
    },
    async http(type, path, input) {
      const call: HttpCall = { method: type === "mutation" ? "POST" : "GET", input, cookie };
      const response = await app.http(path, call);
      return refuseInternalError(readResponse(response.status, await response.text()), path, input, app);
    },
    async callRaw(type, path, json) {
      const id = (rawId += 1);
      socket.send(`{"id":${id},"method":"${type}","params":{"path":"${path}","input":${json}}}`);
      const frame = await socket.until((each) => each.id === id);
      return refuseInternalError(toAnswer(frame, JSON.stringify(frame)), path, json, app);
    },
  };
}

/** A user nobody has seen before, signed in. It is written by hand, because hashing a password takes longer than most cases. */
export async function enlist<Tables extends CoreTables>(
  app: TestApp<Tables>,
  { isSuperuser = false } = {},
): Promise<Omit<Person<undefined>, "place">> {
  const id = newId();
  const username = `u${id.replaceAll("-", "").slice(-20)}`;
  const { users } = app.db.tables;
  const now = new Date(app.app.services.clock.now());
  const { token } = await app.db.transaction(async (tx) => {
    await tx.insert(users).values({ id, username, usernameKey: username, createdAt: now, isSuperuser });
    return app.auth.sessions.create(tx, { userId: id, remember: false, ip: null, userAgent: null });
  });
  const cookie = `${app.app.services.cookie.name}=${token}`;
  return { id, username, cookie, ...(await openCaller(app, cookie)) };
}

function readResponse(status: number, text: string): Answer {
  try {
    // The cast: tRPC's answers over HTTP look like its frames.
    return toAnswer(JSON.parse(text) as RawFrame, text);
  } catch {
    // What is refused before tRPC sees it is answered in words.
    return { data: undefined, refusal: { code: `HTTP ${status}`, message: text, data: {} }, text };
  }
}

/** Whatever is asked, nothing may break. */
function refuseInternalError<Tables extends CoreTables>(
  answer: Answer,
  path: string,
  input: unknown,
  app: TestApp<Tables>,
): Answer {
  if (answer.refusal?.code !== "INTERNAL_SERVER_ERROR") return answer;
  const said: { readonly err?: unknown } | undefined = app.logged.at(-1)?.facts;
  const asked = typeof input === "string" ? input : JSON.stringify(input);
  return assert.fail(`${path} broke on ${asked?.slice(0, 300)}: ${String(said?.err)}`);
}
