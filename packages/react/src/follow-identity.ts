import type { QueryClient } from "@tanstack/react-query";

import type { SessionClient } from "@countersign/client";

/**
 * Keeps a query cache to one user. When somebody else is signed in, or nobody, all that was read is dropped at once, also
 * under components that stay mounted; these then ask again. When a visitor signs in, what was read may look different
 * now, and is read again. Returns what stops it.
 */
export function followIdentity(client: Pick<SessionClient, "onIdentityChange">, queryClient: QueryClient): () => void {
  return client.onIdentityChange((change) => {
    if (change.type === "signed-in") return void queryClient.invalidateQueries();

    dropEverything(queryClient);
    // Gates close in this turn; only what is still mounted after it asks again, and asks as the new user.
    setTimeout(() => void queryClient.refetchQueries({ type: "active" }));
  });
}

function dropEverything(queryClient: QueryClient): void {
  const cache = queryClient.getQueryCache();
  for (const query of cache.getAll()) {
    void query.cancel({ silent: true });
    // Not `reset`: that would bring back data the query was started with.
    query.setState({
      ...query.state,
      data: undefined,
      error: null,
      status: "pending",
      fetchStatus: "idle",
      dataUpdatedAt: 0,
    });
    if (!query.isActive()) cache.remove(query);
  }
  queryClient.getMutationCache().clear();
}
