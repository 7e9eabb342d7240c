export {
  type AccountProfile,
  type AfterRegister,
  type AuthConfig,
  type LinkDescription,
  type LinkKind,
  linkKinds,
} from "./account.ts";
export {
  type AdminAuditEvent,
  type AdminConnection,
  type AdminGroup,
  type AdminIdentity,
  type AdminGroupName,
  type AdminPage,
  type AdminPermission,
  type AdminSession,
  type AdminSessionOrder,
  adminSessionOrders,
  type AdminUser,
  type AdminUserCan,
  type AdminUserOrder,
  adminUserOrders,
  type AdminUserRow,
  userActionPermissions,
} from "./admin.ts";
export { type AuditAction, auditActions } from "./audit-action.ts";
export { CloseCode, drainedReason } from "./close-code.ts";
export { ErrorReason, type ErrorData } from "./error.ts";
export { fieldFaults, findFieldFault, type FieldFault, type FieldFaultName } from "./field-fault.ts";
export { isHostServed } from "./host.ts";
export { fileInputHeader, filesPath, httpProcedures, rpcPath } from "./http-procedure.ts";
export { libraryPermissions, type LibraryPermission, withLibraryPermissions } from "./library-permission.ts";
export {
  applyFrame,
  diffRows,
  type LiveListDifference,
  type LiveListFrame,
  type LiveListFull,
  type LiveRow,
} from "./live-list.ts";
export { Notice, type NoticeKind, Notification } from "./notice.ts";
export {
  type LinkedIdentity,
  type OidcErrorCode,
  oidcErrorCodes,
  oidcPages,
  oidcPath,
  type OidcPurpose,
  oidcPurposes,
  type PendingSignIn,
  type ProviderChoice,
} from "./oidc.ts";
export { definePermissions, isPermissionName, type PermissionName } from "./permission.ts";
export type { AppSessionData, AppSessionKey, AppSnapshot, Register } from "./register.ts";
export { safeReturnTo } from "./return-to.ts";
export { describeRule, type Rule } from "./rule.ts";
export { parseSessionChange, SessionChange, sessionChangeHeader } from "./session-change.ts";
export { parseSessionEndReason, SessionEndReason } from "./session-end.ts";
export type { SessionListItem } from "./session-list.ts";
export { defaultSettings, Settings } from "./settings.ts";
export { anonymous, AnonymousSnapshot, SignedInSnapshot, snapshotCan, UserSnapshot } from "./snapshot.ts";
export { visibleText } from "./visible-text.ts";
