import { type Attempt, attemptsOf } from "./attempts.ts";
import type { Evidence, Violation } from "./evidence.ts";

/**
 * I8: what is asked for through a session after its sign-out was answered is refused, and nothing that was written after it is
 * shown there.
 */
export function checkSessions({ history, sights }: Evidence): Violation[] {
  const attempts = attemptsOf(history);
  const endedAt = new Map<string, number>();
  for (const { op, ok } of attempts) if (op === "signOut" && ok) endedAt.set(nameOf(ok), ok.t);
  const writtenAt = new Map(attempts.map(({ invoke }) => [invoke.payload ?? "", invoke.t]));
  const isOver = (of: SessionName, t: number) => t > (endedAt.get(nameOf(of)) ?? Number.POSITIVE_INFINITY);

  const served = attempts.filter(({ op, ok, ...one }) => op !== "signOut" && ok && isOver(ok, askedAt(ok, one)));
  return [
    ...served.map(({ key, events }) => ({
      rule: "I8",
      what: `${key} was answered after its sign-out`,
      shownBy: events,
    })),
    ...sights.flatMap((sight) => {
      const late = sight.tokens.filter((token) => isOver(sight, writtenAt.get(token) ?? 0));
      const { t, client, session, subscription } = sight;
      const what = `${client} was shown ${late.join(" ")} after the sign-out`;
      return late.length === 0 ? [] : [{ rule: "I8", what, shownBy: [{ t, session, subscription }] }];
    }),
  ];
}

interface SessionName {
  readonly client: string;
  readonly session: number;
}

/** When the session that was answered was asked: a change that was begun in another one is not held against it. */
function askedAt(ok: SessionName, { invoke }: Pick<Attempt, "invoke">): number {
  return ok.session === invoke.session ? invoke.t : 0;
}

function nameOf({ client, session }: SessionName): string {
  return `${client} ${session}`;
}
