import { z } from "zod";

import { adminTopic } from "@countersign/auth";
import { adminUserOrders, userActionPermissions } from "@countersign/contract";

import { liveList } from "../../live/live-list.ts";
import { notFound } from "../../procedure/call-error.ts";
import { router } from "../library-procedures.ts";

import {
  adminProcedure,
  callOf,
  type Context,
  currentFor,
  freshAdminProcedure,
  freshSuperuserProcedure,
  settle,
} from "./admin-call.ts";
import { ById, Flag, Id, Ids, Names, Page, readPage, Resume, Text, Version } from "./admin-input.ts";

const Query = z.strictObject({
  ...Page,
  id: Id.optional(),
  isActive: z.boolean().optional(),
  isStaff: z.boolean().optional(),
  isSuperuser: z.boolean().optional(),
  groupId: Id.optional(),
  order: z.enum(adminUserOrders).default("username"),
});

const person = { email: Text.nullish(), firstName: Text.optional(), lastName: Text.optional(), locale: Text.nullish() };
const NewUser = z.strictObject({ username: Text, password: Text.optional(), ...person });
const UserChange = z.strictObject({ id: Id, version: Version, ...person });
const Permissions = z.strictObject({ id: Id, permissions: Names, version: Version.optional() });
const Groups = z.strictObject({ id: Id, groupIds: Ids, version: Version.optional() });
const OneIdentity = z.strictObject({ id: Id, identityId: Id });

/** Other people's accounts. */
export const adminUserRouter = router({
  list: adminProcedure("users.view")
    .input(Query.prefault({}))
    .query(({ ctx, input }) => readPage(ctx.caller.services.auth.admin.users.list(input))),

  /** The same page of the list, live. */
  live: adminProcedure("users.view")
    .input(Query.extend(Resume).prefault({}))
    .subscription(({ ctx, input: { lastEventId, ...query } }) => {
      const { users } = ctx.caller.services.auth.admin;
      return liveList(ctx, {
        topic: adminTopic.users,
        key: `${adminTopic.users}:${JSON.stringify(query)}`,
        read: async () => (await readPage(users.rows(query))).rows,
        lastEventId,
      });
    }),

  get: adminProcedure("users.view")
    .input(ById)
    .query(async ({ ctx, input }) => {
      const user = await ctx.caller.services.auth.admin.users.find(input.id, ctx.user.id);
      if (!user) throw notFound();
      return user;
    }),

  create: adminProcedure("users.create")
    .input(NewUser)
    .mutation(async ({ ctx, input }) => {
      const { id } = await settle(await ctx.caller.services.auth.admin.users.create(callOf(ctx), input));
      return { id };
    }),

  /** Names, address, language. Whoever sets an address can take an account over, so this asks for the password. */
  update: freshAdminProcedure(userActionPermissions.update)
    .input(UserChange)
    .mutation(async ({ ctx, input }) => {
      const { users } = ctx.caller.services.auth.admin;
      await settle(await users.update(callOf(ctx), input), currentUser(ctx, input.id));
      return {};
    }),

  setActive: freshAdminProcedure(userActionPermissions.setActive)
    .input(Flag)
    .mutation(async ({ ctx, input }) => {
      const { users } = ctx.caller.services.auth.admin;
      await settle(await users.setActive(callOf(ctx), input), currentUser(ctx, input.id));
      return {};
    }),

  setPermissions: freshAdminProcedure(userActionPermissions.give)
    .input(Permissions)
    .mutation(async ({ ctx, input }) => {
      const { users } = ctx.caller.services.auth.admin;
      await settle(await users.setPermissions(callOf(ctx), input), currentUser(ctx, input.id));
      return {};
    }),

  setGroups: freshAdminProcedure(userActionPermissions.give)
    .input(Groups)
    .mutation(async ({ ctx, input }) => {
      const { users } = ctx.caller.services.auth.admin;
      await settle(await users.setGroups(callOf(ctx), input), currentUser(ctx, input.id));
      return {};
    }),

  setStaff: freshAdminProcedure(userActionPermissions.setStaff)
    .input(Flag)
    .mutation(async ({ ctx, input }) => {
      const { users } = ctx.caller.services.auth.admin;
      await settle(await users.setStaff(callOf(ctx), input), currentUser(ctx, input.id));
      return {};
    }),

  setSuperuser: freshSuperuserProcedure.input(Flag).mutation(async ({ ctx, input }) => {
    const { users } = ctx.caller.services.auth.admin;
    await settle(await users.setSuperuser(callOf(ctx), input), currentUser(ctx, input.id));
    return {};
  }),

  endSessions: adminProcedure(userActionPermissions.endSessions)
    .input(ById)
    .mutation(async ({ ctx, input }) => {
      const { users } = ctx.caller.services.auth.admin;
      const { ended } = await settle(await users.endSessions(callOf(ctx), input.id));
      return { ended };
    }),

  /** Mails the link to a new password. */
  sendReset: adminProcedure(userActionPermissions.sendReset)
    .input(ById)
    .mutation(async ({ ctx, input }) => {
      await settle(await ctx.caller.services.auth.admin.users.sendReset(callOf(ctx), input.id));
      return {};
    }),

  /** What an identity provider opens: the user signs in with it no more, and whoever did is out. */
  removeIdentity: freshAdminProcedure(userActionPermissions.removeIdentity)
    .input(OneIdentity)
    .mutation(async ({ ctx, input }) => {
      await settle(await ctx.caller.services.auth.admin.users.removeIdentity(callOf(ctx), input));
      return {};
    }),

  remove: freshAdminProcedure(userActionPermissions.remove)
    .input(ById)
    .mutation(async ({ ctx, input }) => {
      await settle(await ctx.caller.services.auth.admin.users.remove(callOf(ctx), input.id));
      return {};
    }),
});

function currentUser(ctx: Context, id: string) {
  return currentFor(ctx, "users.view", () => ctx.caller.services.auth.admin.users.find(id, ctx.user.id));
}
