export {
  Anonymous,
  Authenticated,
  type GateProps,
  IfCan,
  IfFresh,
  IfGroup,
  IfPermission,
  RequirePermission,
} from "./gates.tsx";
export { RequireLogin, type RequireLoginProps } from "./require-login.tsx";
export { SessionProvider, type SessionProviderProps } from "./session-provider.tsx";
export { type CrudForm, type CrudFormActions, type CrudFormOptions, useCrudForm } from "./use-crud-form.ts";
export { useConnection } from "./use-connection.ts";
export { useDrafts } from "./use-drafts.ts";
export { useFreshness, type Freshness } from "./use-freshness.ts";
export { type LiveListView, useLiveList } from "./use-live-list.ts";
export { type LiveWindowView, useLiveWindow } from "./use-live-window.ts";
export { useLiveRows } from "./use-live-rows.ts";
export { useNotices } from "./use-notices.ts";
export { useRowActions } from "./use-row-actions.ts";
export { useSessionClient } from "./use-session-client.ts";
export { useSessionData } from "./use-session-data.ts";
export { useSnapshot } from "./use-snapshot.ts";
export { useStore } from "./use-store.ts";
export { useUploads, type Uploads } from "./use-uploads.ts";
export { useCan, useSignedInUser, useUser } from "./use-user.ts";
