/** `error`: a server in production does not start. `warning`: to be mended. `notice`: to be known. */
export type Severity = "error" | "warning" | "notice";

/** Something about a server that is not as it should be in production. */
export interface Finding {
  /** Stays the same from release to release. */
  readonly id: string;
  readonly severity: Severity;
  /** The variable to change; null where it is none. */
  readonly setting: string | null;
  /** What is the matter. Holds no secret. */
  readonly what: string;
  readonly cure: string;
}
