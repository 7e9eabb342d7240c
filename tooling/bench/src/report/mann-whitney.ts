/**
 * The two-sided p-value of the Mann–Whitney U test: how likely are ranks as different as these when both samples are of
 * one distribution? By the normal approximation with corrections for ties and continuity: from about twenty values each.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): number {
  if (first.length === 0 || second.length === 0) throw new Error("Nothing was measured.");
  const [n, m] = [first.length, second.length];
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].toSorted((a, b) => a.value - b.value);

  let rankSum = 0;
  let tied = 0;
  for (let from = 0; from < all.length;) {
    let to = from + 1;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    // Equal values share the mean of their ranks, which count from 1.
    const rank = (from + to + 1) / 2;
    rankSum += rank * all.slice(from, to).filter(({ isFirst }) => isFirst).length;
    tied += (to - from) ** 3 - (to - from);
    from = to;
  }

  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tied / (total * (total - 1)));
  if (variance === 0) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return complementaryError(z / Math.SQRT2);
}

/** erfc for z ≥ 0, to 1.2e-7 (Numerical Recipes, §6.2). */
function complementaryError(z: number): number {
  const t = 1 / (1 + z / 2);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  return t * Math.exp(-z * z + terms.reduceRight((sum, term) => sum * t + term, 0));
}
