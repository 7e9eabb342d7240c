/** Hears of failures that no caller waits for. */
export type OnError = (error: unknown) => void;

/** Where failures go when nobody said otherwise: a warning of the process, never silence. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}
