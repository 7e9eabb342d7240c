export type {
  AccountCalls,
  AuthCalls,
  LoginInput,
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
export type { IdentityChange, SnapshotState } from "./identity.ts";
export {
  createLiveList,
  type LiveList,
  type LiveListObserver,
  type LiveListState,
  type SubscribeLiveList,
} from "./live-list.ts";
export type { SessionDataClient, SessionDataState } from "./session-data.ts";
export type { SessionClientOptions } from "./options.ts";
export { browserPage, type PageListeners, type PageSignals } from "./page-signals.ts";
export { createSessionClient, type SessionClient } from "./session-client.ts";
export { createStore, type ReadableStore, type Store } from "./store.ts";
