import type { Log } from "./services.ts";

/**
 * The same log, which never throws: a disk that is full must not keep a refusal from being sent, nor end the process. That
 * a line was lost is said on the standard error, once.
 */
export function shieldLog(log: Log): Log {
  let hasTold = false;
  const shield =
    (level: Exclude<keyof Log, "isLevelEnabled">) =>
    (facts: object, message: string): void => {
      try {
        log[level](facts, message);
      } catch (error) {
        if (hasTold) return;
        hasTold = true;
        process.stderr.write(`The log cannot be written: ${String(error)}\n`);
      }
    };
  return {
    debug: shield("debug"),
    info: shield("info"),
    warn: shield("warn"),
    error: shield("error"),
    isLevelEnabled: (level) => log.isLevelEnabled?.(level) === true,
  };
}
