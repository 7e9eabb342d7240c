import type { AppSessionData, AppSessionKey } from "@countersign/contract";

import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

// oxlint-disable-next-line typescript/no-redundant-type-constituents -- redundant only until an app registers its keys
type Kept<Key extends AppSessionKey> = AppSessionData[Key] | null;

/**
 * A value kept with the session, or for the visitor, live in every window; null while there is none or it is not known yet.
 * Setting shows it at once and throws when the server refuses it; null removes it.
 *
 *     const [theme, setTheme] = useSessionData("theme");
 */
export function useSessionData<Key extends AppSessionKey>(
  key: Key,
): readonly [Kept<Key>, (value: Kept<Key>) => Promise<void>] {
  const { data } = useSessionClient();
  const value = useStore(data, ({ values }) => values[key] ?? null);
  return [value, (next) => (next === null ? data.remove(key) : data.set(key, next))];
}
