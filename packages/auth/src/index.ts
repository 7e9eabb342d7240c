export type { SignedInOrigin, SignInOrigin } from "./account/account-context.ts";
export { adminTopic, isAdminTopic } from "./admin/admin-topic.ts";
export type {
  Admin,
  AdminCall,
  AdminGroupQuery,
  AdminGroups,
  AdminOutcome,
  AdminRefusal,
  AdminSessionQuery,
  AdminSessions,
  AdminUserQuery,
  AdminUsers,
} from "./admin/admin.ts";
export { actorOf } from "./audit/audit-actor.ts";
export type { AuditActor, AuditDetails, AuditEvent, AuditRecord } from "./audit/audit-event.ts";
export type { AuditFilter, AuditLog } from "./audit/audit-log.ts";
export { addressKey } from "./throttle/address-key.ts";
export type { AttemptStore } from "./throttle/attempt-store.ts";
export { type Limited, type Place, type Window, Windows } from "./throttle/windows.ts";
export type { Accounts, Auth, AuthOptions, FieldErrors, RegisterResult, Rights, SignInResult } from "./auth.ts";
export { can, canAll, canAny, inGroup } from "./rights/can.ts";
export { systemClock, type Clock } from "./clock.ts";
export { createAuth } from "./create-auth.ts";
export type { PasswordAccount, PasswordValidator } from "./password/password-rule.ts";
export { createConsoleMailer } from "./mail/console-mailer.ts";
export type { MailNotices } from "./mail/mail-notices.ts";
export { type Mail, type Mailer, MailRefused } from "./mail/mailer.ts";
export { createSmtpMailer } from "./mail/smtp-mailer.ts";
export { parseSmtpUrl, type SmtpServer } from "./mail/smtp-url.ts";
export { toUsernameKey } from "./account/username.ts";
export type { Oidc } from "./oidc/oidc.ts";
export type { Claims, MappedClaims, OidcOptions, ProviderOptions, ProviderTokens } from "./oidc/provider.ts";
export { findIssuerFault } from "./oidc/provider.ts";
export { newId } from "./new-id.ts";
export { reservedNames } from "./account/username.ts";
export { createOperator, type OperatorOptions } from "./operator/create-operator.ts";
export type { AccountSummary, Listed, NewUser, Operator, OwnedSession, UserChange } from "./operator/operator.ts";
export { describeFault, mostKeys } from "./session-data/data-value.ts";
export { dataTopic, type DataHolder, type NewVisitor, type SessionData } from "./session-data/session-data.ts";
export type { Principal, Session, User } from "./session/principal.ts";
export { RecentPrincipals } from "./session/recent-principals.ts";
export { createSessionCookie, createVisitorCookie, type SessionCookie } from "./session/session-cookie.ts";
export { type BindingCookie, createBindingCookie } from "./session/binding-cookie.ts";
export type { TokenCookie } from "./session/token-cookie.ts";
export type { DeviceSession, NewSession, SessionEngine, SessionOrigin } from "./session/session-engine.ts";
export { isWithinLimits } from "./session/session-limits.ts";
export { anySessionTopic, sessionsTopic } from "./session/sessions-topic.ts";
export { toSnapshot } from "./session/snapshot.ts";
export { toSayableInstant } from "./sayable-instant.ts";
export { hashToken } from "./session/token.ts";
export { touchUser, touchUserIn } from "./session/touch-user.ts";
export { createTurnBatch } from "./session/turn-batch.ts";
export type { Links } from "./token/links.ts";
