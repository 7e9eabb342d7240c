import { inArray } from "drizzle-orm";
import { z } from "zod";

import { membership, onCreate } from "@countersign/crud";

import { crudRouter, router } from "../procedures.ts";
import { members, rolesOfManagers } from "../project/members.ts";
import { roles } from "../project/role.ts";
import type { Tables } from "../tables.ts";

/** Who is a member of the projects one is a member of. */
export const memberRouter = router(
  crudRouter({
    table: "projectMembers",
    scope: membership<Tables, Tables["projectMembers"]>({ of: "projectId", ...members, roles: rolesOfManagers }),
    fields: {
      projectId: onCreate(z.uuid()),
      userId: onCreate(z.uuid()),
      role: z.enum(roles),
    },
    filters: { projectId: ["eq"], role: ["eq", "in"] },
    order: { by: ["createdAt"], direction: "asc" },
    page: { size: 100 },
    quota: { rows: 200, of: "projectId" },
    /** Members know each other by name. */
    async project(rows, reader) {
      const { users } = reader.tables;
      const { id, username, firstName, lastName } = users;
      const ids = rows.map(({ userId }) => userId);
      const found = await reader.select({ id, username, firstName, lastName }).from(users).where(inArray(id, ids));
      const byId = new Map(found.map((user) => [user.id, user]));
      return rows.map(({ projectId, userId, role, createdAt }) => {
        const user = byId.get(userId);
        const name = [user?.firstName, user?.lastName].filter(Boolean).join(" ");
        return { projectId, userId, role, createdAt: createdAt.toISOString(), username: user?.username ?? "", name };
      });
    },
  }),
);
