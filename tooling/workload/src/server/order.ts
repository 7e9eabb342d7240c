import { eq } from "drizzle-orm";
import { z } from "zod";

import { newId } from "@countersign/auth";
import { coreTables, extendTables } from "@countersign/db";
import { IdempotencyKey, once } from "@countersign/rpc";

import { protectedProcedure, router } from "./procedures.ts";
import type { Release } from "./release.ts";

const NewOrder = z.strictObject({
  label: z.string().min(1).max(200),
  /** What each of its lines comes to. */
  amounts: z.array(z.int().min(1).max(1000)).min(1).max(100),
  key: IdempotencyKey.optional(),
});

/** A change of many rows, made one by one in one transaction: whatever happens in between, all are there or none. */
export function createOrderRouter({ remarkColumn }: Pick<Release, "remarkColumn">) {
  const remarks = remarkColumn === null ? null : tablesWith(remarkColumn);
  return router({
    place: protectedProcedure.input(NewOrder).mutation(({ ctx, input }) => {
      const { label, amounts, key } = input;
      const now = ctx.caller.services.clock.now();
      const call = { userId: ctx.user.id, procedure: "order.place", key, input, now };
      return ctx.transaction((tx) =>
        once(
          tx,
          call,
          async () => {
            const { orders, orderLines, orderEvents } = tx.tables;
            const id = newId();
            const ofOwner = { ownerId: ctx.user.id, createdAt: new Date(now), version: 1 };
            await tx.insert(orders).values({ id, label, lineCount: 0, total: 0, ...ofOwner });
            for (const amount of amounts) await tx.insert(orderLines).values({ id: newId(), orderId: id, amount });
            for (const kind of ["audit", "outbox"]) {
              await tx.insert(orderEvents).values({ id: newId(), orderId: id, kind, text: label });
            }
            const total = amounts.reduce((sum, amount) => sum + amount, 0);
            await tx.update(orders).set({ lineCount: amounts.length, total }).where(eq(orders.id, id));
            if (remarks) {
              const { remarked } = remarks[ctx.caller.services.db.dialect];
              const isThis = eq(remarked.id, id);
              const [kept] = await tx.update(remarked).set({ remark: label }).where(isThis).returning();
              if (kept?.remark !== label) throw new Error("The remark was not kept.");
            }
            return { id, version: 1 };
          },
          (first) => first,
        ),
      );
    }),
  });
}

/** The orders as a release sees them that has one column more. */
function tablesWith(column: string) {
  return extendTables(coreTables, ({ table, id, text }) => ({
    remarked: table("workload_orders", { id: id("id").primaryKey(), remark: text(column) }),
  }));
}
