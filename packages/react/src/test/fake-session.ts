import {
  type ConnectionState,
  createStore,
  type IdentityChange,
  type SessionClient,
  type SessionDataState,
  type SnapshotState,
} from "@countersign/client";
import { anonymous, type Notice, type SessionEndReason, type SignedInSnapshot } from "@countersign/contract";

/** A session client whose stores a test writes: what is tested here is what React does with them. */
export function createFakeSession() {
  const snapshot = createStore<SnapshotState>({ status: "loading" });
  const connection = createStore<ConnectionState>({ state: "connecting", attempt: 0, retryAt: null });
  const data = createStore<SessionDataState>({ status: "loading", values: {} });
  const noticeListeners = new Set<(notice: Notice) => void>();
  const listeners = new Set<(change: IdentityChange) => void>();
  const counts = { connects: 0 };
  const client = {
    snapshot,
    connection,
    data: {
      ...data,
      set: async (key: string, value: unknown) => setValues({ ...data.get().values, [key]: value }),
      remove: async (key: string) => setValues({ ...data.get().values, [key]: undefined }),
    },
    onNotice(listener: (notice: Notice) => void) {
      noticeListeners.add(listener);
      return () => noticeListeners.delete(listener);
    },
    connect() {
      counts.connects += 1;
    },
    onIdentityChange(listener: (change: IdentityChange) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  function setValues(values: SessionDataState["values"]) {
    data.set({ status: "ready", values });
  }

  return {
    setValues,
    notify(notice: Notice) {
      for (const listener of noticeListeners) listener(notice);
    },
    noticeListeners,
    // The hooks use no more of it than this.
    client: client as unknown as SessionClient,
    counts,
    connection,
    signIn(change: Partial<SignedInSnapshot> = {}) {
      snapshot.set({ status: "ready", user: { ...ann, ...change }, endReason: null });
    },
    signOut(endReason: SessionEndReason | null = null) {
      snapshot.set({ status: "ready", user: anonymous, endReason });
    },
    load: () => snapshot.set({ status: "loading" }),
    tell(type: IdentityChange["type"]) {
      for (const listener of listeners) listener({ type, epoch: 1, isOwn: false });
    },
  };
}

export const ann: SignedInSnapshot = {
  isAuthenticated: true,
  id: "1",
  sessionId: "s1",
  username: "ann",
  email: null,
  emailVerified: false,
  firstName: "",
  lastName: "",
  isStaff: false,
  isSuperuser: false,
  groups: ["editors"],
  permissions: ["notes.change"],
  locale: null,
  sessionExpiresAt: "2030-01-01T00:00:00.000Z",
  authenticatedAt: "2026-01-01T00:00:00.000Z",
  impersonatedBy: null,
  version: 1,
};
