import type { AuditActor } from "../audit/audit-event.ts";
import { createAuditLog } from "../audit/create-audit-log.ts";
import type { AuthOptions } from "../auth.ts";
import { systemClock } from "../clock.ts";
import { requireProviders } from "../oidc/provider.ts";
import { createHashQueue } from "../password/hash-queue.ts";
import { createPasswordRule } from "../password/password-rule.ts";
import { createPasswords } from "../password/password.ts";
import { createLuciaEngine } from "../session/lucia-engine.ts";

import { removeUser, setActive, setPassword, setRank } from "./change-user.ts";
import { createUser } from "./create-user.ts";
import { endAllSessions, endSession, endSessions, endSessionsFrom } from "./end-sessions.ts";
import { listSessions } from "./list-sessions.ts";
import { findUser, listUsers } from "./list-users.ts";
import type { Operator } from "./operator.ts";
import { listIdentities, removeIdentity } from "./user-identities.ts";

export interface OperatorOptions extends Omit<AuthOptions, "permissions"> {
  /** Under whose name the changes stand in the audit log. */
  readonly actor: AuditActor;
}

/** Accounts and sessions for somebody who has the database itself in their hands. Never give it to a procedure: it asks for no rights. */
export function createOperator(options: OperatorOptions): Operator {
  const { db, bus, settings, actor, clock = systemClock, onError = ignore, onAudit = ignore } = options;
  const sessions = createLuciaEngine({ db, bus, clock, settings, onError });
  const passwords = createPasswords(createHashQueue({ concurrency: 1, capacity: 100 }));
  const passwordRule = createPasswordRule(settings, options.passwordValidators);
  const audit = createAuditLog({ db, bus, clock, settings, onAudit, onError });
  const providers = requireProviders({ providers: [], ...options.oidc });
  const context = { db, bus, clock, settings, sessions, passwords, passwordRule, audit, providers, actor };

  return {
    findUser: (name) => findUser(db, name),
    listUsers: (filter) => listUsers(db, filter),
    createUser: (user) => createUser(context, user),
    setRank: (userId, rank) => setRank(context, userId, rank),
    setActive: (userId, isActive) => setActive(context, userId, isActive),
    removeUser: (userId) => removeUser(context, userId),
    setPassword: (userId, password) => setPassword(context, userId, password),
    listIdentities: (userId) => listIdentities(context, userId),
    removeIdentity: (userId, identityId) => removeIdentity(context, userId, identityId),
    listSessions: (filter) => listSessions(context, filter),
    endSession: (sessionId) => endSession(context, sessionId),
    endSessions: (userId) => endSessions(context, userId),
    endSessionsFrom: (provider) => endSessionsFrom(context, provider),
    endAllSessions: () => endAllSessions(context),
    pruneSessions: () => sessions.prune(),
    flush: () => audit.flush(),
  };
}

/** An operator's commands are waited for; what nobody waits for is not begun. */
function ignore(): void {}
