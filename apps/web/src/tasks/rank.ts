/** What stands in an order of its own. */
export interface Ranked {
  readonly id: string;
  readonly rank: number;
}

/**
 * The ranks that put something at `index` of a column it is not in: its own first, and those of the rows that have to make
 * room below it, which are none as long as there is a whole number between its neighbours.
 */
export function placeAt(column: readonly Ranked[], index: number, id: string): readonly Ranked[] {
  if (index > column.length) return placeAt(column, column.length, id);
  const above = column[index - 1];
  const below = column[index];
  if (!above) return [{ id, rank: below ? below.rank - step : 0 }];
  if (!below) return [{ id, rank: above.rank + step }];
  if (below.rank - above.rank >= 2) return [{ id, rank: middle(above.rank, below.rank) }];
  return makeRoom(column, index, id, above.rank);
}

/** Spreads the new row and those below it evenly, up to the first one that can stay where it is. */
function makeRoom(column: readonly Ranked[], index: number, id: string, from: number): readonly Ranked[] {
  const below = column.slice(index);
  const stays = below.findIndex(({ rank }, moved) => rank - from > (moved + 2) * leastRoom);
  const moved = stays === -1 ? below : below.slice(0, stays);
  const until = below[stays]?.rank ?? from + step * (moved.length + 2);
  const room = Math.floor((until - from) / (moved.length + 2));
  return [id, ...moved.map((row) => row.id)].map((each, place) => ({ id: each, rank: from + room * (place + 1) }));
}

function middle(above: number, below: number): number {
  return Math.floor(above + (below - above) / 2);
}

/** Far enough apart that 32 rows in a row fit between the same two, near enough for two million beyond either end. */
const step = 2 ** 32;
/** What each row gets at least when others have to make room. */
const leastRoom = 2 ** 16;
