import type { ReceivedFile } from "./receive-file.ts";

/**
 * What a procedure with files is called for. One upload asks it twice at least: before the first byte is read, again whenever the
 * right to it may have gone, and last with the file that has come. So every rule it has holds at each of these moments.
 */
export type FileCall = {
  /** Asked again for a file under way: counts neither as a call nor as use of the session. */
  readonly isRecheck: boolean;
} & (
  | { readonly stage: "ask" | "read" }
  /** What became of an upload whose answer was lost? */
  | { readonly stage: "outcome" }
  | { readonly stage: "keep"; readonly file: ReceivedFile }
);
