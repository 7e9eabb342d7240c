export type {
  AccountCalls,
  AuthCalls,
  LoginInput,
  LogoutAnswer,
  ProfileChange,
  RegisterAnswer,
  RegisterInput,
} from "./account-calls.ts";
export {
  type AdminAuditListQuery,
  type AdminCalls,
  type AdminConnectionListQuery,
  type AdminListQuery,
  type AdminLiveList,
  type AdminPersonInput,
  type AdminSessionListQuery,
  type AdminUserListQuery,
  createAdminCalls,
} from "./admin-calls.ts";
export { CallFailure, type CallFailureKind, type CallOutcome } from "./call-failure.ts";
export type { ConnectionTiming } from "./connection.ts";
export type { ConnectionState } from "./connection-state.ts";
export { readErrorData } from "./error-data.ts";
export type { FileCalls, UploadOptions, UploadProgress } from "./files/file-calls.ts";
export { type Upload, type UploadQueue, uploadsOf } from "./files/upload-queue.ts";
export type { IdentityChange, SnapshotState } from "./identity.ts";
export {
  createLiveRows,
  type LiveRows,
  type LiveRowsObserver,
  type LiveRowsState,
  type SubscribeLiveRows,
} from "./live-rows.ts";
export type { ChangeOutcome } from "./rows/change-outcome.ts";
export {
  conflictOf,
  type Conflict,
  type Draft,
  type DraftState,
  type FieldErrors,
  isUnsaved,
  valuesOf,
} from "./rows/draft.ts";
export type { Drafts, SaveOutcome } from "./rows/drafts.ts";
export { draftsOf, type FormOptions, hasUnsavedWork } from "./rows/drafts-of.ts";
export { createLiveList, type LiveList, type LiveListOptions, type LiveListState } from "./rows/live-list.ts";
export {
  createLiveWindow,
  type LiveWindowList,
  type LiveWindowOptions,
  type LiveWindowState,
} from "./rows/live-window.ts";
export { routerPath } from "./rows/router-path.ts";
export { createRowActions, type RowActions } from "./rows/row-actions.ts";
export { onRowNews, type RowNews, type RowsSession } from "./rows/rows-of.ts";
export type {
  ChangesOf,
  FieldNameOf,
  FilterOf,
  FormValues,
  NewRowOf,
  OrderOf,
  PreviewOf,
  RowOf,
  RowsRouter,
} from "./rows/rows-router.ts";
export type { PendingChange, RowAction, ShownRow } from "./rows/shown-row.ts";
export type { SessionDataClient, SessionDataState } from "./session-data.ts";
export type { CompleteAnswer, IdentityCalls, OidcCalls, ProviderStart } from "./oidc-calls.ts";
export type { SessionClientOptions } from "./options.ts";
export { browserPage, type PageListeners, type PageSignals } from "./page-signals.ts";
export { createSessionClient, type SessionClient } from "./session-client.ts";
export { createStore, type ReadableStore, type Store } from "./store.ts";
