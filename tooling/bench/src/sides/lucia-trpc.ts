import { createServer } from "node:http";

import { initTRPC, TRPCError } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { Lucia } from "lucia";
import { WebSocketServer } from "ws";

import type { Side } from "../side/side.ts";

import type { Answer } from "./answer.ts";
import { listen } from "./listen.ts";
import { createLuciaAdapter } from "./lucia-adapter.ts";
import { openLuciaStore } from "./open-lucia-store.ts";

/**
 * What one gets by putting the documented parts together: tRPC's adapter, Lucia with its Drizzle adapter, one middleware
 * that validates and one that asks for a role. The session is validated on every call, which most applications do not do.
 */
export async function serveLuciaTrpc(place: string): Promise<Side> {
  const lucia = new Lucia(createLuciaAdapter(openLuciaStore(place)), { getUserAttributes: (attributes) => attributes });

  const t = initTRPC.context<{ readonly sessionId: string | null }>().create();
  const protectedProcedure = t.procedure.use(async ({ ctx, next }) => {
    const { session, user } = ctx.sessionId === null ? nobody : await lucia.validateSession(ctx.sessionId);
    if (!session || !user) throw new TRPCError({ code: "UNAUTHORIZED" });
    // The cast: Lucia's types know attributes only from a declaration for the whole program.
    return next({ ctx: { session, user: user as Member } });
  });
  const memberProcedure = protectedProcedure.use(({ ctx, next }) => {
    if (ctx.user.role !== "member") throw new TRPCError({ code: "FORBIDDEN" });
    return next();
  });
  const router = t.router({
    me: memberProcedure.query(({ ctx: { user } }): Answer => ({
      id: user.id,
      username: user.username,
      email: user.email,
    })),
  });

  const server = createServer();
  const wss = new WebSocketServer({ server, perMessageDeflate: false });
  applyWSSHandler({
    wss,
    router,
    createContext: ({ req }) => ({ sessionId: lucia.readSessionCookie(req.headers.cookie ?? "") }),
  });

  return {
    port: await listen(server),
    act: (action) => Promise.reject(new Error(`This side cannot ${action.kind}.`)),
  };
}

type Member = Answer & { readonly role: string };

const nobody = { session: null, user: null };
