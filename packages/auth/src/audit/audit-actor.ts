import type { Principal } from "../session/principal.ts";
import type { SessionOrigin } from "../session/session-engine.ts";

import type { AuditActor } from "./audit-event.ts";

/** The caller as the audit log names them. */
export function actorOf(principal: Principal | null, from: SessionOrigin): AuditActor {
  return {
    id: principal?.user.id ?? null,
    name: principal?.user.username ?? null,
    sessionId: principal?.session.id ?? null,
    impersonatorId: principal?.session.impersonatedBy ?? null,
    ip: from.ip,
    userAgent: from.userAgent,
  };
}
