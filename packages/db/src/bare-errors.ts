/**
 * Lets a statement's own error through. Drizzle would wrap it in one whose message spells out all parameters, which then
 * stand in the logs: password hashes, token hashes, addresses.
 *
 * It does so in `queryWithCache` of the prepared query, which both dialects go through and whose typings are withheld; no
 * cache is configured here. `open-database.test.ts` fails should a later version move it.
 */
export function withBareErrors<Prepared extends object>(prepared: Prepared): Prepared {
  return Object.assign(prepared, {
    queryWithCache: (_text: string, _parameters: unknown[], query: () => Promise<unknown>) => query(),
  });
}
