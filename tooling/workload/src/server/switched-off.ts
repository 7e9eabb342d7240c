import { z } from "zod";

import type { Auth, Principal, SessionEngine } from "@countersign/auth";
import type { Bus, Hint } from "@countersign/bus";
import type { Database } from "@countersign/db";
import type { App } from "@countersign/rpc";

/** What a server can be run without, to see that the checker notices. */
export const protections = ["gap", "revocation", "backpressure"] as const;
export type Protection = (typeof protections)[number];

/** Some of them, as a variable of the environment. */
export const SwitchedOff = z
  .string()
  .default("")
  .transform((names) => names.split(",").filter(Boolean))
  .pipe(z.array(z.enum(protections)));

export function hasSwitchedOff(names: readonly Protection[]): (name: Protection) => boolean {
  return (name) => names.includes(name);
}

/** The same bus, which does not say that hints may have been missed, nor that they may be just now. */
export function withoutGaps(bus: Bus): Bus {
  const deaf = deafTo(bus, (hint) => hint.kind === "gap");
  return Object.create(deaf, { isConnected: { value: true } }) as Bus;
}

/** Who is let in once stays in: sessions are read once, and nobody hears of their end. */
export function withoutRevocation<Db extends Database>(parts: {
  readonly db: Db;
  readonly bus: Bus;
  readonly auth: Auth;
}): typeof parts {
  const known = new Map<string, Principal>();
  const validate = async (tokenHash: string) => {
    const principal = known.get(tokenHash) ?? (await parts.auth.sessions.validate(tokenHash));
    if (principal) known.set(tokenHash, principal);
    return principal;
  };
  const sessions: SessionEngine = { ...parts.auth.sessions, validate };
  const deaf = { value: async () => async () => {} };
  return {
    db: Object.create(parts.db, { watchExternalChanges: deaf }) as Db,
    bus: deafTo(parts.bus, ({ kind }) => kind === "user" || kind.startsWith("session")),
    auth: { ...parts.auth, sessions },
  };
}

/** Whoever reads slowly is written to all the same, however much waits, as tRPC's own adapter does it. */
export function withoutBackpressure(connections: App["services"]["connections"]): void {
  const add = connections.add.bind(connections);
  connections.add = (connection) => {
    Object.defineProperties(connection, {
      noteWrite: { value() {} },
      hasCaughtUp: { value: true },
      admitCall: { value: () => true },
    });
    add(connection);
  };
}

function deafTo(bus: Bus, isMissed: (hint: Hint) => boolean): Bus {
  return {
    publish: (hint) => bus.publish(hint),
    subscribe: (onHint) =>
      bus.subscribe((hint, publishedAt) => (isMissed(hint) ? undefined : onHint(hint, publishedAt))),
    get isConnected() {
      return bus.isConnected;
    },
    get counts() {
      return bus.counts;
    },
    close: () => bus.close(),
  };
}
