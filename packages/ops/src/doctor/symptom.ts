/** What became of one look at a running system. */
export interface Symptom {
  /** Stays the same from release to release. */
  readonly id: string;
  readonly status: "ok" | "warning" | "error" | "skipped";
  /** What was seen. Holds no secret. */
  readonly what: string;
  /** What to do; null where nothing is wrong. */
  readonly cure: string | null;
}

/** Nothing is wrong there. */
export function well(id: string, what: string): Symptom {
  return { id, status: "ok", what, cure: null };
}

/** It could not be looked at. */
export function skipped(id: string, what: string): Symptom {
  return { id, status: "skipped", what, cure: null };
}

/** It does not work, or is not safe. */
export function broken(id: string, what: string, cure: string): Symptom {
  return { id, status: "error", what, cure };
}

/** It works, and should be looked at. */
export function doubtful(id: string, what: string, cure: string): Symptom {
  return { id, status: "warning", what, cure };
}
