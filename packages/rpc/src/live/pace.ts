/** How long one turn may take: others, who call or whose sessions are confirmed, wait for as long. */
const turnMs = 25;
const most = 250;
const least = 16;

/**
 * How many watchers are told at a time. Those who share a reading cost next to nothing, and many of them make one statement of
 * what each would ask; those who each read for themselves may be hundreds of times as dear.
 */
export class Pace {
  #limit = most;

  get limit(): number {
    return this.#limit;
  }

  /** Begins a turn of so many. What it returns is called when one of them has been told. */
  begin(count: number): () => void {
    const begun = performance.now();
    let left = count;
    return () => {
      left -= 1;
      if (left > 0) return;
      const tookMs = performance.now() - begun;
      this.#limit = Math.round(Math.min(Math.max((count * turnMs) / tookMs, least), most));
    };
  }
}
