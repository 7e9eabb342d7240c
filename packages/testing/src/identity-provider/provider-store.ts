import type { Adapter, AdapterPayload } from "oidc-provider";

/** What the provider keeps: sessions, grants, codes, tokens. In memory, for as long as it runs. */
export interface ProviderStore {
  /** For `oidc-provider`, which asks for one of each kind. */
  adapter(kind: string): Adapter;
  /** All sessions of somebody. */
  sessionsOf(accountId: string): readonly AdapterPayload[];
  /** Drops a session, and the codes and tokens that came of it. */
  endSession(session: AdapterPayload): Promise<void>;
}

/** What is made under a grant, and goes with it. A sign-in that is under way names one too, and stays. */
const granted = ["AccessToken", "AuthorizationCode", "RefreshToken"];

/** @param findClient the clients are not kept here: what is known of them changes. */
export function createProviderStore(findClient: (id: string) => AdapterPayload | undefined): ProviderStore {
  const kinds = new Map<string, Map<string, AdapterPayload>>();
  const rowsOf = (kind: string) => {
    const rows = kinds.get(kind) ?? new Map<string, AdapterPayload>();
    kinds.set(kind, rows);
    return rows;
  };
  const find = (kind: string, is: (row: AdapterPayload) => boolean) => [...rowsOf(kind).values()].find(is);
  const revokeByGrantId = async (grantId: string) => {
    for (const rows of granted.map(rowsOf)) {
      for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id);
    }
  };

  return {
    adapter: (kind) => ({
      upsert: async (id, row) => void rowsOf(kind).set(id, row),
      find: async (id) => (kind === "Client" ? findClient(id) : rowsOf(kind).get(id)),
      findByUid: async (uid) => find(kind, (row) => row.uid === uid),
      findByUserCode: async (userCode) => find(kind, (row) => row.userCode === userCode),
      async consume(id) {
        const row = rowsOf(kind).get(id);
        if (row) row.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => void rowsOf(kind).delete(id),
      revokeByGrantId,
    }),
    sessionsOf: (accountId) => [...rowsOf("Session").values()].filter((row) => row.accountId === accountId),
    async endSession(session) {
      for (const { grantId } of Object.values(session.authorizations ?? {})) {
        if (grantId === undefined) continue;
        await revokeByGrantId(grantId);
        rowsOf("Grant").delete(grantId);
      }
      if (session.jti !== undefined) rowsOf("Session").delete(session.jti);
    },
  };
}
