import type { Model } from "./model.ts";

const models = new WeakMap<object, Model>();

/** Remembers what a procedure was made from, for those who look a router over. */
export function rememberModel(procedure: object, model: Model): void {
  models.set(procedure, model);
}

/** What a procedure was made from; null when it was written by hand. */
export function modelOf(procedure: object): Model | null {
  return models.get(procedure) ?? null;
}
