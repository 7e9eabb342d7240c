import { readFileSync } from "node:fs";

/**
 * Lets a file say how many milliseconds this process's clock is wrong, and which time zone it is in, as in `3600000 UTC`. It
 * is read at once and with each SIGUSR2, upon which a line says how often the event loop has gone round so far. Timers follow
 * another clock, which nobody sets: so it is when a system's clock is set.
 */
export function followClockFile(file: string): void {
  const RealDate = Date;
  const realNow = Date.now.bind(Date);
  let wrongMs = 0;

  RealDate.now = () => realNow() + wrongMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: []) => (given.length === 0 ? new target(target.now()) : new target(...given)),
    apply: (target) => new target(target.now()).toString(),
  });

  const read = () => {
    const [ms, zone] = readFileSync(file, "utf8").trim().split(" ");
    wrongMs = Number(ms);
    process.env["TZ"] = zone;
    const { loopCount } = performance.nodeTiming.uvMetricsInfo;
    process.stdout.write(`clock ${wrongMs} ${zone} loops ${loopCount} at ${performance.now()}\n`);
  };
  read();
  process.on("SIGUSR2", read);
}
