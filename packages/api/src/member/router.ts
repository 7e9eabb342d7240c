import { z } from "zod";

import { text } from "@countersign/crud";
import { IdempotencyKey, invalidFields, once } from "@countersign/rpc";

import { crudRows, protectedProcedure, router } from "../procedures.ts";
import { roles } from "../project/role.ts";

import { countName } from "./count-name.ts";
import { findUserId } from "./find-user-id.ts";
import { requireAnotherManager } from "./last-manager.ts";
import { memberScope } from "./scope.ts";
import { withNames } from "./with-names.ts";

const memberRows = crudRows({
  table: "projectMembers",
  scope: memberScope,
  fields: { role: z.enum(roles) },
  filters: { projectId: ["eq"], role: ["eq", "in"] },
  order: { by: ["createdAt"], direction: "asc" },
  page: { size: 100 },
  quota: { rows: 200, of: "projectId" },
  project: withNames,
  without: ["create"],
  hooks: {
    async beforeUpdate(values, before, { tx }) {
      const stepsDown = before.role === "manager" && values.role !== undefined && values.role !== "manager";
      if (stepsDown) await requireAnotherManager(tx, before);
      return values;
    },
    async beforeRemove(member, { tx }) {
      if (member.role === "manager") await requireAnotherManager(tx, member);
    },
  },
});

const NewMember = z.strictObject({
  projectId: z.uuid("This is not an id."),
  username: text({ max: 64, singleLine: true, required: "Write the username of whom to add." }),
  role: z.enum(roles),
  key: IdempotencyKey.optional(),
});

/** Who is a member of the projects one is a member of, and in which role. Managers change it; everybody may leave. */
export const memberRouter = router({
  ...memberRows.procedures,

  /** Adds somebody by username. Whom there is, only managers of the project are told, one exact name at a time. */
  create: protectedProcedure.input(NewMember).mutation(({ ctx, input }) => {
    const { projectId, username, role, key } = input;
    const now = ctx.now().getTime();
    const call = { userId: ctx.user.id, procedure: "member.create", key, input, now };
    return ctx.transaction((tx) =>
      once(
        tx,
        call,
        async () => {
          await memberRows.admit({ ctx, tx }, { projectId });
          const counted = countName(ctx.user.id, now);
          const userId = await findUserId(tx, username);
          counted.was(userId === null ? "unknown" : "known");
          if (userId === null) throw invalidFields({ username: ["There is nobody by this name."] });
          const member = await memberRows.insert({ ctx, tx }, { projectId, userId, role });
          return memberRows.show({ ctx, tx }, member);
        },
        ({ id }: { readonly id: string }) => memberRows.showAgain({ ctx, db: tx }, id),
        ({ id }) => ({ id }),
      ),
    );
  }),
});
