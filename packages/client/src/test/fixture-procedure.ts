import type { ServerResponse } from "node:http";

import { initTRPC, TRPCError } from "@trpc/server";
import type { WebSocket } from "ws";
import { ZodError } from "zod";

import type { ErrorReason } from "@countersign/contract";

import type { FixtureState } from "./fixture-state.ts";

/** One connection, or one HTTP request. */
export interface FixtureContext {
  readonly state: FixtureState;
  readonly token: string | null;
  readonly response: ServerResponse | null;
  readonly socket: FixtureSocket | null;
  /** All sockets that are open. */
  readonly sockets: ReadonlySet<FixtureSocket>;
  readonly behaviour: Behaviour;
}

export interface FixtureSocket {
  readonly ws: WebSocket;
  readonly token: string | null;
  /** Refuses calls as the server does when the session has got a new token. */
  isStale: boolean;
}

/** What a test may switch. */
export interface Behaviour {
  /** Does the server answer a hand-over with its notice? */
  givesNotice: boolean;
  /** Does it refuse a hand-over? */
  refusesHandOver: boolean;
  /** How long it takes to let a socket in. */
  upgradeDelayMs: number;
  /** The snapshot subscription is refused this many times. */
  refusedSnapshots: number;
  /** How long the snapshot is kept back. */
  snapshotDelayMs: number;
  /** As when another tab was faster: so many rotations over HTTP find the token replaced. */
  staleRotations: number;
  /** Waits of the procedures of tasks, as in `"update acts"`, `"update answers"`, `"live sends"`. */
  taskTurns: (turn: string) => Promise<void> | void;
}

/** What the error's data says besides tRPC's own. */
export class Refusal extends Error {
  readonly data: {
    readonly reason?: string;
    readonly redirectTo?: string;
    readonly notice?: unknown;
    readonly current?: unknown;
    readonly fields?: Readonly<Record<string, readonly string[]>>;
  };
  constructor(data: Refusal["data"]) {
    super("refused");
    this.data = data;
  }
}

export const t = initTRPC.context<FixtureContext>().create({
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    data: { ...shape.data, ...fieldsOf(error.cause), ...(error.cause instanceof Refusal ? error.cause.data : {}) },
  }),
});

export const open = t.procedure.use(({ ctx, next }) => {
  if (ctx.socket?.isStale) throw refuse("UNAUTHORIZED", "STALE_CONNECTION");
  return next();
});

/** What is wrong with the input, by field, as the server says it. */
function fieldsOf(cause: unknown): object {
  if (!(cause instanceof ZodError)) return {};
  const fields = Object.fromEntries(cause.issues.map(({ path, message }) => [path.join("."), [message]] as const));
  return { reason: "INVALID_FIELDS", fields };
}

export function refuse(code: TRPCError["code"], reason: ErrorReason): TRPCError {
  return new TRPCError({ code, cause: new Refusal({ reason }) });
}
