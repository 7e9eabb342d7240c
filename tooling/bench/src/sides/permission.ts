/** What a caller of `me` must hold. */
export const permission = "bench.read";
