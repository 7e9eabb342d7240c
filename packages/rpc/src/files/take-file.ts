import { eq } from "drizzle-orm";

import type { CoreTables, Transaction } from "@countersign/db";

import type { SignedInContext } from "../procedure/call-context.ts";
import { findOutcome, once } from "../procedure/idempotent.ts";

import type { ReceivedFile } from "./receive-file.ts";
import { wrongTransport } from "./wrong-transport.ts";

/** What reads: the database, or the transaction that keeps the file. */
type Reader<Tables extends CoreTables> = Pick<Transaction<Tables>, "select" | "tables" | "dialect" | "$count">;

/**
 * The body of a procedure that takes a file (`transport: "file"`). `admit` says whether a file may be put there, by throwing the
 * refusal; it is asked before the first byte is read and again while the file is on its way. `keep` makes the row that names the
 * file by `file.key`, and decides for good; what it returns is answered. A retry with the same key and the same file keeps nothing,
 * the second copy is removed, and `again` says from the first answer what this user may be told of it now, or throws.
 */
export async function takeFile<Tables extends CoreTables, Result>(
  ctx: SignedInContext<Tables, string>,
  procedure: string,
  input: { readonly key?: string | undefined },
  steps: {
    admit(tx: Transaction<Tables>): Promise<void>;
    keep(tx: Transaction<Tables>, file: ReceivedFile): Promise<Result>;
    again(first: Result, reader: Reader<Tables>): Result | Promise<Result>;
  },
): Promise<Result> {
  const { fileCall, services } = ctx.caller;
  if (fileCall === null) throw wrongTransport();
  const call = { userId: ctx.user.id, procedure, key: input.key, now: services.clock.now() };

  // The casts: what is answered before there is a file never leaves the server.
  if (fileCall.stage === "outcome") {
    const first = (await findOutcome(ctx.db, call)) as Result | null;
    return first === null ? (null as Result) : steps.again(first, ctx.db);
  }
  if (fileCall.stage === "keep") {
    const { file } = fileCall;
    const { digest, bytes } = file;
    return ctx.transaction(
      (tx) =>
        once(
          tx,
          { ...call, input: { ...input, digest, bytes } },
          async () => {
            const result = await steps.keep(tx, file);
            const { storedFiles } = tx.tables;
            await tx
              .update(storedFiles)
              .set({ keptAt: new Date(call.now) })
              .where(eq(storedFiles.key, file.key));
            return result;
          },
          (first) => steps.again(first, tx),
        ),
      // Of many files at once, each has to see what those before it have left of the room.
      { alone: true },
    );
  }
  // What has been kept is answered for, even if it took the last of the room.
  if ((await findOutcome(ctx.db, call)) === null) await ctx.transaction((tx) => steps.admit(tx));
  return null as Result;
}
