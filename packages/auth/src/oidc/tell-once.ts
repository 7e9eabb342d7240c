import { toPlainError } from "./plain-error.ts";

const told = new WeakSet<object>();

/** Tells of an error that many wait for, or that is remembered for a while, the first time only: anybody can ask again. */
export function tellOnce(onError: (error: unknown) => void, error: unknown): void {
  if (typeof error === "object" && error !== null) {
    if (told.has(error)) return;
    told.add(error);
  }
  onError(toPlainError(error));
}
