import type { HistoryEvent } from "../history.ts";

import { type Attempt, attemptsOf, rowKind } from "./attempts.ts";
import type { Evidence, FinalState, Sight, Violation } from "./evidence.ts";

/**
 * I7: no frame shows anybody another user's row. Notes and orders are their makers' own. An item is for those who may have
 * been members, after what is shown was written, of a project in which it may have been by then. What is shown to somebody
 * after they were taken out of a project, or the item was, must therefore be older than that, whatever was on its way.
 */
export function checkAudience({ history, sights, final }: Evidence): Violation[] {
  const attempts = attemptsOf(history).filter(({ isRefused }) => !isRefused);
  const owners = ownersOf(attempts);
  const items = itemsOf(attempts, final.items);
  const stays = staysOf(attempts);

  return sights.flatMap((sight) =>
    sight.tokens.flatMap((token) => {
      const own = owners.get(token);
      if (own && own.client !== sight.client) return [leak(sight, token, own.events)];
      const item = items.get(token);
      const ofClient = stays.get(sight.client) ?? [];
      if (item && !mayShow(item, sight, ofClient)) return [leak(sight, token, [...item.events, ...ofClient])];
      return [];
    }),
  );
}

/** From when to when something may have been in a project. */
interface Stay {
  readonly project: string;
  readonly from: number;
  until: number;
}

/** Something of an item that a frame can show: its id, or what was written into it. */
interface Item {
  readonly writtenAt: number;
  readonly stays: readonly Stay[];
  readonly events: readonly HistoryEvent[];
}

function ownersOf(attempts: readonly Attempt[]): ReadonlyMap<string, Attempt> {
  const owners = new Map<string, Attempt>();
  for (const attempt of attempts) {
    const kind = rowKind[attempt.op];
    if (kind !== "note" && kind !== "order") continue;
    for (const token of tokensOf(attempt)) if (!owners.has(token)) owners.set(token, attempt);
  }
  return owners;
}

function itemsOf(attempts: readonly Attempt[], kept: FinalState["items"]): ReadonlyMap<string, Item> {
  // Whoever lost the answer to a creation, and was refused when asking again, never learned the row's name. The row stays, in
  // the bin too, with what it was made with.
  const made = new Map(kept.map(({ id, body }) => [body, id]));
  const items = new Map<string, Item>();
  const byRow = new Map<string, Stay[]>();
  for (const attempt of attempts) {
    if (rowKind[attempt.op] !== "item") continue;
    const { invoke, ok, events } = attempt;
    const row = ok?.row ?? invoke.row ?? made.get(invoke.payload ?? "") ?? attempt.key;
    const stays = byRow.get(row) ?? [];
    byRow.set(row, stays);
    if (invoke.project !== undefined) {
      if (ok) endStays(stays, { askedAt: invoke.t, at: ok.t });
      stays.push({ project: invoke.project, from: invoke.t, until: Number.POSITIVE_INFINITY });
    }
    for (const token of [row, ...tokensOf(attempt)]) {
      if (!items.has(token)) items.set(token, { writtenAt: invoke.t, stays, events });
    }
  }
  return items;
}

function tokensOf({ invoke, ok }: Attempt): string[] {
  return [invoke.payload, ok?.row ?? invoke.row].filter((token) => token !== undefined);
}

/** The projects of each client. */
function staysOf(attempts: readonly Attempt[]): ReadonlyMap<string, readonly Stay[]> {
  const byClient = new Map<string, Stay[]>();
  for (const { op, client, invoke, ok } of attempts) {
    const who = op === "createProject" ? client : invoke.subject;
    const project = op === "createProject" ? ok?.row : invoke.project;
    if (who === undefined || project === undefined) continue;
    const stays = byClient.get(who) ?? [];
    byClient.set(who, stays);
    if (op === "createProject" || op === "addMember")
      stays.push({ project, from: invoke.t, until: Number.POSITIVE_INFINITY });
    if (op === "removeMember" && ok) {
      const here = stays.filter((stay) => stay.project === project);
      endStays(here, { askedAt: invoke.t, at: ok.t });
    }
  }
  return byClient;
}

/** Those that had begun before the end was asked for are over when it was answered, at the latest. */
function endStays(stays: readonly Stay[], end: { readonly askedAt: number; readonly at: number }): void {
  for (const stay of stays) if (stay.from < end.askedAt) stay.until = Math.min(stay.until, end.at);
}

function mayShow({ stays, writtenAt }: Item, { t }: Sight, ofClient: readonly Stay[]): boolean {
  const mayCount = ({ from, until }: Stay) => from <= t && until >= writtenAt;
  return stays
    .filter(mayCount)
    .some(({ project }) => ofClient.some((stay) => stay.project === project && mayCount(stay)));
}

function leak({ t, client, session, subscription }: Sight, token: string, facts: readonly unknown[]): Violation {
  return { rule: "I7", what: `${client} was shown ${token}`, shownBy: [{ t, session, subscription }, ...facts] };
}
