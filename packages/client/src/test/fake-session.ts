import { anonymous, type SessionEndReason, type SignedInSnapshot } from "@countersign/contract";

import { createStore, type ConnectionState, type IdentityChange, type SnapshotState } from "../index.ts";

/** A session without a network: a test says who is there, and how the connection is. */
export function createFakeSession() {
  const snapshot = createStore<SnapshotState>({ status: "loading" });
  const connection = createStore<ConnectionState>({ state: "open", attempt: 0, retryAt: null });
  const listeners = new Set<(change: IdentityChange) => void>();
  let epoch = 0;

  function tell(type: IdentityChange["type"]) {
    epoch += 1;
    for (const listener of listeners) listener({ type, epoch, isOwn: false });
  }

  return {
    session: {
      snapshot,
      connection,
      onIdentityChange(listener: (change: IdentityChange) => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    connect: (isOpen: boolean) => connection.set({ ...connection.get(), state: isOpen ? "open" : "reconnecting" }),
    /** In the order a session client does it: first the calls of the user before are dropped. */
    signIn(id: string) {
      const before = snapshot.get();
      const isOther = before.status === "ready" && before.user.isAuthenticated && before.user.id !== id;
      snapshot.set({ status: "ready", user: { ...somebody, id, username: id }, endReason: null });
      if (isOther) tell("switched");
    },
    end(endReason: SessionEndReason | null) {
      snapshot.set({ status: "ready", user: anonymous, endReason });
      tell("ended");
    },
    replace() {
      snapshot.set({ status: "loading" });
      tell("switched");
    },
  };
}

const somebody: SignedInSnapshot = {
  isAuthenticated: true,
  id: "",
  sessionId: "s",
  username: "",
  email: null,
  emailVerified: false,
  firstName: "",
  lastName: "",
  isStaff: false,
  isSuperuser: false,
  groups: [],
  permissions: [],
  locale: null,
  sessionExpiresAt: "2030-01-01T00:00:00.000Z",
  authenticatedAt: "2026-01-01T00:00:00.000Z",
  impersonatedBy: null,
  version: 1,
};
