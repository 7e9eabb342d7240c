import type { TrackedEnvelope } from "@trpc/server";

import type { Principal } from "@countersign/auth";
import type { LiveListFrame, Rule } from "@countersign/contract";
import { type Caller, livePage, type PushStream, unauthorized } from "@countersign/rpc";

import { type Model, placeOf, type Reader } from "../definition/model.ts";
import { narrowingOf } from "../query/conditions.ts";
import type { ListQuery, LiveQuery } from "../query/list-input.ts";
import { readPage } from "../query/read-rows.ts";
import { openActions, openColumns } from "../query/rights.ts";
import type { SentRow } from "../query/send-rows.ts";
import type { Grant } from "../scope/scope.ts";

/**
 * The rows a query finds, live: read again under the subscriber's present scope and rights whenever one of them, or the
 * scope itself, may have changed. Subscribers with the same grant and query share one reading.
 */
export function liveRows(
  model: Model,
  ctx: { readonly caller: Caller; readonly rule: Rule },
  query: LiveQuery,
): PushStream<TrackedEnvelope<LiveListFrame<SentRow>>> {
  const { lastEventId, ...asked } = query;
  const db: Reader = ctx.caller.services.db;

  return livePage<SentRow>(ctx, {
    lastEventId,
    async reading(principal) {
      // The rule of every action asks for a user.
      if (principal === null) throw unauthorized();
      const grant = await model.scope.grant(principal, narrowingOf(asked), db, placeOf(model, db));
      return {
        key: keyOf(model, asked, grant, principal),
        topics: grant.topics,
        async read() {
          const { rows, total } = await readPage(model, { principal, caller: ctx.caller }, asked, db, (action) =>
            grant.where(action),
          );
          return total === null ? { rows } : { rows, total };
        },
      };
    },
  });
}

/**
 * All that the rows depend on: what is asked, whose rows they are, and which actions and columns the user's rights open. What a policy
 * says can depend on anything of the user, so where there is one nobody shares.
 */
function keyOf(model: Model, query: ListQuery, grant: Grant, principal: Principal): string {
  const alone = Object.keys(model.policies).length > 0 ? principal.session.id : null;
  const open = [openActions(model, principal), openColumns(model, principal)];
  return JSON.stringify(["rows", model.tableName, query, grant.key, open, alone]);
}
