/** How much work one turn may be: others, who call or whose sessions are confirmed, wait for as long. */
const turnMicroseconds = 25_000;
const most = 250;
const least = 32;

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
    const before = process.cpuUsage();
    let left = count;
    return () => {
      left -= 1;
      if (left > 0) return;
      // By the processor's time: who waits for a disk or a database meanwhile keeps nobody else waiting.
      const { user, system } = process.cpuUsage(before);
      this.#limit = Math.round(
        Math.min(Math.max((count * turnMicroseconds) / Math.max(user + system, 1), least), most),
      );
    };
  }
}
