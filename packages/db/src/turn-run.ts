/**
 * For so long those who were let in run before the event loop goes round: all queues together, since they share it. Who waits for
 * no turn is answered in between.
 */
const longestRunMs = 10;

/** When they began to run in this turn of the event loop; null when nobody has. */
let beganAt: number | null = null;

/** Somebody begins to run. Returns when the first of this turn of the event loop did, in `performance.now()`. */
export function noteRun(): number {
  if (beganAt === null) {
    beganAt = performance.now();
    setImmediate(() => (beganAt = null));
  }
  return beganAt;
}

/** Lets the next one in: now, or once the event loop has gone round. */
export function letInWithinRun(letIn: () => void): void {
  if (performance.now() - noteRun() < longestRunMs) return letIn();
  setImmediate(() => {
    noteRun();
    letIn();
  });
}
