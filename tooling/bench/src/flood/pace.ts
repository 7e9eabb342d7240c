import { monotonicMs } from "../monotonic-clock.ts";

/** Does something at a steady pace until it is disposed of. What a busy machine was late with is made up for. */
export function pace(perSecond: number, act: () => void): Disposable {
  const startedAt = monotonicMs();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((monotonicMs() - startedAt) * perSecond) / 1000);
    for (; done < due; done += 1) act();
  }, 1);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
