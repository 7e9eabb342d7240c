/**
 * Waits for the work, but not longer than so many milliseconds. False when it was not done by then, or failed; what it does
 * afterwards is not heard of any more.
 */
export async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: timeUp, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, ms, false);
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, timeUp]).finally(() => clearTimeout(timer));
}
