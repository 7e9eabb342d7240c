import type { Evidence, Sight, Violation } from "./evidence.ts";

type Newest = Map<string, { readonly version: number; readonly t: number }>;

/** I6: one subscription, over all its reconnects, never shows a row in an older version than before. */
export function checkVersions({ sights }: Evidence): Violation[] {
  const newest: Newest = new Map();
  return sights.flatMap((sight) =>
    sight.subscription === null ? [] : sight.rows.flatMap((row) => compare(newest, sight, row)),
  );
}

function compare(newest: Newest, sight: Sight, { id, version }: Sight["rows"][number]): Violation[] {
  const { t, client, subscription } = sight;
  const name = `${client} ${subscription} ${id}`;
  const before = newest.get(name);
  if (before && before.version > version) {
    const what = `${subscription} of ${client} showed version ${version} of ${id} after ${before.version}`;
    return [{ rule: "I6", what, shownBy: [before, { t, version }] }];
  }
  newest.set(name, { version, t });
  return [];
}
