export { createApp, type App, type AppOptions } from "./app.ts";
export { parseTrustedProxies, type TrustedProxies } from "./connection/client-address.ts";
export type { RequestFacts } from "./connection/request-facts.ts";
export {
  LiveInput,
  liveList,
  type LiveListOptions,
  livePage,
  type LivePage,
  type LivePageOptions,
  type LiveReading,
} from "./live/live-list.ts";
export { FileAnswer } from "./files/file-answer.ts";
export { cleanFileName, FileName, fitFileName } from "./files/file-name.ts";
export type { FileStore, StoredFile } from "./files/file-store.ts";
export { fileTypes, type FileType } from "./files/file-type.ts";
export { createFolderStore } from "./files/folder-store.ts";
export type { ReceivedFile } from "./files/receive-file.ts";
export type { FileOptions, StoredFiles } from "./files/stored-files.ts";
export { takeFile } from "./files/take-file.ts";
export { createOriginCheck, type OriginCheck } from "./http/origin.ts";
export { defineSnapshotFields, type SnapshotFields } from "./live/snapshot-fields.ts";
export type { CallContext, Caller, RootContext, SignedInContext } from "./procedure/call-context.ts";
export { CallError, forbidden, invalidFields, notFound, unauthorized } from "./procedure/call-error.ts";
export type { PushStream } from "./live/push-stream.ts";
export { checkRule } from "./procedure/check-rule.ts";
export type { ProcedureMeta } from "./procedure/checkpoint.ts";
export type { ErrorShape } from "./procedure/error-format.ts";
export type { Metrics } from "./observe/meter.ts";
export type { NoticeInput, Notifications } from "./notify/notifications.ts";
export { currentCall } from "./procedure/current-call.ts";
export { IdempotencyKey, once } from "./procedure/idempotent.ts";
export { createProcedures, type ProcedureOptions, type RuleParts, type ScopeOptions } from "./procedure/procedures.ts";
export { definePolicies, type Policies, type Policy, type RowRights } from "./procedure/policies.ts";
export type { RefusalAnswer, RefusalHook, RefusalHooks, RefusedCall } from "./procedure/refusal-hook.ts";
export { listRules, printRules, type ListedProcedure } from "./procedure/rule-list.ts";
export { defineSessionData, type SessionDataKeys, type SessionDataOf } from "./procedure/session-data-keys.ts";
export { accountRouter } from "./routers/account.ts";
export { adminRouter } from "./routers/admin.ts";
export { authRouter } from "./routers/auth.ts";
export { createSessionRouter, sessionRouter } from "./routers/session.ts";
export type { Log, Services } from "./services.ts";
