import { z } from "zod";

import { describeFault } from "@countersign/auth";

import { sessionDataStream } from "../live/session-data-stream.ts";
import { CallError, invalidFields } from "../procedure/call-error.ts";
import { createProcedures } from "../procedure/procedures.ts";
import { type SessionDataKeys, type SessionDataOf, shownKeys } from "../procedure/session-data-keys.ts";

const Handle = z.strictObject({ key: z.string().max(64) });
const Entry = z.strictObject({ key: z.string().max(64), value: z.unknown() });

/**
 * What the browser sees and sets of the data kept with its session, or for the visitor. Keys that are the server's own are
 * not there, whatever is asked of them.
 */
export function createSessionDataRouter<const Keys extends SessionDataKeys>(keys: Keys) {
  const { router, publicProcedure, publicProcedureWith } = createProcedures({ sessionData: keys });
  // The client asks for it by itself, so it does not count as use of the session.
  const passive = publicProcedureWith({}, { isPassive: true });
  const shown = shownKeys(keys);

  function requireKey(key: string, browser: "read" | "write") {
    const known = Object.hasOwn(shown, key) ? shown[key] : undefined;
    if (!known) throw invalidFields({ key: ["This key is not known."] });
    if (browser === "write" && known.browser !== "write")
      throw invalidFields({ key: ["This key cannot be set here."] });
    return known;
  }

  return router({
    get: passive.input(Handle).query(({ ctx, input }): Promise<unknown> => {
      requireKey(input.key, "read");
      return ctx.sessionData.get(input.key);
    }),

    set: publicProcedure.input(Entry).mutation(async ({ ctx, input }) => {
      const parsed = requireKey(input.key, "write").schema.safeParse(input.value);
      const fault = parsed.success ? describeFault(parsed.data) : "This value is not valid.";
      if (fault !== null) throw invalidFields({ value: [fault] });
      // The casts: which key has which type is known to the schema that has just parsed it.
      await ctx.sessionData.set(input.key, parsed.data as never);
      return {};
    }),

    delete: publicProcedure.input(Handle).mutation(async ({ ctx, input }) => {
      requireKey(input.key, "write");
      await ctx.sessionData.delete(input.key);
      return {};
    }),

    /** Everything the browser may see, whenever it changes. */
    live: passive.subscription(async ({ ctx }) => {
      const { caller, principal, rule } = ctx;
      if (caller.connection === null) {
        const reason = "WRONG_TRANSPORT";
        throw new CallError("BAD_REQUEST", "Subscriptions are streamed over the socket only.", { reason });
      }
      const holder =
        principal === null
          ? await caller.services.auth.sessionData.findVisitor(caller.visitorHash)
          : { kind: "session" as const, id: principal.session.id };
      return sessionDataStream<Partial<SessionDataOf<Keys>>>(caller.connection, { rule, holder, shown });
    }),
  });
}
