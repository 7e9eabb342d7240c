import { TRPCError, tracked } from "@trpc/server";
import { z } from "zod";

import { diffRows, type SessionChange, sessionChangeHeader } from "@countersign/contract";

import { type FixtureContext, type FixtureSocket, open, Refusal, refuse, t } from "./fixture-procedure.ts";
import type { Row, RowFrame } from "./fixture-state.ts";
import { taskRouter } from "./fixture-tasks.ts";

const key = z.object({ key: z.string() });
const credentials = z.object({ login: z.string(), password: z.string(), remember: z.boolean().optional() });

/** The wire a session client speaks, played with the stock adapter and no database. */
export const fixtureRouter = t.router({
  session: {
    snapshot: t.procedure.subscription(async function* ({ ctx, signal }) {
      if (ctx.behaviour.refusedSnapshots-- > 0) throw refuse("SERVICE_UNAVAILABLE", "UNAVAILABLE");
      if (ctx.behaviour.snapshotDelayMs > 0) await wait(ctx.behaviour.snapshotDelayMs);
      yield* ctx.state.watch(() => ctx.state.snapshotOf(ctx.token), signal);
    }),
    data: t.router({
      live: t.procedure.subscription(async function* ({ ctx, signal }) {
        yield* ctx.state.watch(() => ctx.state.dataOf(ctx.token), signal);
      }),
      set: open.input(z.object({ key: z.string(), value: z.unknown() })).mutation(async ({ ctx, input }) => {
        if (input.value === "refused") throw refuse("BAD_REQUEST", "INVALID_FIELDS");
        if (input.value === "slow") await ctx.state.hold("data");
        if (!ctx.token) {
          if (ctx.socket) throw refuse("BAD_REQUEST", "WRONG_TRANSPORT");
          answerWith(ctx, "visitor", ctx.state.visit({ [input.key]: input.value }));
          return {};
        }
        ctx.state.setData(ctx.token, { ...ctx.state.dataOf(ctx.token), [input.key]: input.value });
        return {};
      }),
      delete: open.input(key).mutation(({ ctx, input }) => {
        const { [input.key]: _gone, ...rest } = ctx.state.dataOf(ctx.token);
        ctx.state.setData(ctx.token ?? "", rest);
        return {};
      }),
    }),
    notifications: open.subscription(async function* ({ ctx, signal }) {
      const sent = new Set<string>();
      for await (const notices of ctx.state.watch(() => ctx.state.notices, signal)) {
        for (const [id, text] of notices) {
          if (!sent.has(id)) yield { id, createdAt: "2026-01-01T00:00:00.000Z", notice: { kind: "info", text } };
          sent.add(id);
        }
      }
    }),
    notificationShown: open.input(z.object({ id: z.string() })).mutation(({ ctx, input }) => {
      const isFirst = !ctx.state.executions.has(input.id);
      ctx.state.count(input.id);
      return { isFirst };
    }),
    me: open.query(({ ctx }) => ctx.state.snapshotOf(ctx.token)),
    handover: t.procedure.mutation(({ ctx }) => {
      if (!ctx.socket) throw refuse("BAD_REQUEST", "WRONG_TRANSPORT");
      if (ctx.behaviour.refusesHandOver) throw refuse("UNAUTHORIZED", "STALE_CONNECTION");
      const { ws } = ctx.socket;
      if (ctx.behaviour.givesNotice) setImmediate(() => ws.send('{"id":null,"method":"reconnect"}'));
      return {};
    }),
  },

  auth: {
    login: t.procedure.input(credentials).mutation(async ({ ctx, input }) => {
      if (input.password === "slow") await ctx.state.hold("login");
      if (input.password === "wrong") throw refuse("UNAUTHORIZED", "INVALID_CREDENTIALS");
      const before = ctx.state.snapshotOf(ctx.token);
      const token = ctx.state.signIn(input.login, ctx.token);
      answerWith(ctx, before.isAuthenticated ? "switched" : "signed-in", token);
      return { user: ctx.state.snapshotOf(token) };
    }),
    rotate: t.procedure.mutation(({ ctx }) => {
      if (ctx.socket) throw refuse("BAD_REQUEST", "WRONG_TRANSPORT");
      if (ctx.behaviour.staleRotations-- > 0) throw refuse("UNAUTHORIZED", "STALE_CONNECTION");
      const before = ctx.state.snapshotOf(ctx.token);
      if (!before.isAuthenticated) throw new TRPCError({ code: "UNAUTHORIZED" });
      const token = ctx.state.signIn(before.username, ctx.token);
      // As the server does: at once, faster than this answer.
      for (const socket of ctx.sockets) supersede(socket, ctx.token);
      // Counted without waking those who watch, whose token has just gone.
      const { executions } = ctx.state;
      const name = `rotated by ${before.username}`;
      executions.set(name, (executions.get(name) ?? 0) + 1);
      answerWith(ctx, "rotated", token);
      return {};
    }),
    logout: t.procedure.mutation(({ ctx }) => {
      if (ctx.token) ctx.state.sessions.delete(ctx.token);
      answerWith(ctx, "signed-out", "");
      return {};
    }),
  },

  account: {
    sessions: {
      list: open.query(() => []),
      end: open.input(z.object({ id: z.string() })).mutation(() => {
        throw new TRPCError({ code: "NOT_FOUND" });
      }),
      endOthers: open.mutation(() => ({ ended: 2 })),
    },
  },

  work: {
    /** Is refused, with what the test says. */
    refused: open
      .input(z.object({ reason: z.string(), redirectTo: z.string(), notice: z.unknown() }).partial())
      .query(({ input }) => {
        throw new TRPCError({ code: "FORBIDDEN", cause: new Refusal(input as Refusal["data"]) });
      }),
    /** Is refused until the person has confirmed who they are: over the socket, and over HTTP. */
    fresh: open.input(key).mutation(({ ctx, input }) => runFresh(ctx, input.key)),
    freshOverHttp: t.procedure.input(key).mutation(({ ctx, input }) => runFresh(ctx, input.key)),
    freshQuery: open.query(() => {
      throw refuse("FORBIDDEN", "REAUTH");
    }),
    /** Answers who asked. */
    whoami: open.query(({ ctx }) => describe(ctx)),
    /** Counts, then answers when the test lets it. */
    held: open.input(key).mutation(async ({ ctx, input }) => {
      ctx.state.count(input.key);
      await ctx.state.hold(input.key);
      return `${input.key} by ${describe(ctx)}`;
    }),
    count: open.input(key).mutation(({ ctx, input }) => {
      ctx.state.count(input.key);
      return `${input.key} by ${describe(ctx)}`;
    }),
    /** Sets a cookie, as the server says only when it is called over the socket. */
    cookie: t.procedure.input(key).mutation(async ({ ctx, input }) => {
      if (ctx.socket) throw refuse("BAD_REQUEST", "WRONG_TRANSPORT");
      ctx.state.count(input.key);
      if (input.key === "held") await ctx.state.hold(input.key);
      return "over HTTP";
    }),
    /** A count with event ids: a resumed one does not send again what its reader has. */
    ticks: open.input(z.object({ lastEventId: z.string().optional() })).subscription(async function* ({
      ctx,
      input,
      signal,
    }) {
      const read = () => ctx.state.executions.get("tick") ?? 0;
      let last = Number(input.lastEventId ?? -1);
      ctx.state.readers.push(describe(ctx));
      for await (const tick of ctx.state.watch(read, signal)) {
        if (tick > last) yield tracked(String(tick), tick);
        last = tick;
      }
    }),
  },

  task: taskRouter,

  note: {
    live: open.input(z.object({ lastEventId: z.string().optional() }).optional()).subscription(async function* ({
      ctx,
      signal,
    }) {
      if (!ctx.state.snapshotOf(ctx.token).isAuthenticated) throw new TRPCError({ code: "UNAUTHORIZED" });
      let before: readonly Row[] | null = null;
      let serial = 0;
      for await (const rows of ctx.state.watch(() => ctx.state.rows, signal)) {
        const frame: RowFrame | null = before ? diffRows(before, rows) : { type: "list", rows };
        before = rows;
        if (frame) yield tracked(String(++serial), frame);
      }
    }),
  },
});

export type FixtureRouter = typeof fixtureRouter;

/** Fresh is a session whose `stepUp` was counted. */
function runFresh(ctx: FixtureContext, name: string): string {
  if (!ctx.state.executions.has("stepUp")) throw refuse("FORBIDDEN", "REAUTH");
  ctx.state.count(name);
  return `${name} by ${describe(ctx)}`;
}

function supersede(socket: FixtureSocket, token: string | null): void {
  if (socket.token !== token) return;
  socket.isStale = true;
  socket.ws.send('{"id":null,"method":"reconnect"}');
}

function describe(ctx: FixtureContext): string {
  const snapshot = ctx.state.snapshotOf(ctx.token);
  return snapshot.isAuthenticated ? snapshot.username : "nobody";
}

function answerWith(ctx: FixtureContext, change: SessionChange, token: string): void {
  ctx.response?.setHeader(sessionChangeHeader, change);
  ctx.response?.setHeader("set-cookie", `session=${token}; Path=/; HttpOnly`);
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
