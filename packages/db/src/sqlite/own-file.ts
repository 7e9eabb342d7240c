import { statSync } from "node:fs";

/**
 * Remembers which file is open now, and tells later whether its name still leads to it. A file that was replaced or removed can
 * be read and written as before, but only by who has it open: what is acknowledged then is kept by nobody, and what another
 * program changes is not seen. SQLite looks for it the same way, and in WAL mode not at all (`SQLITE_READONLY_DBMOVED`).
 */
export function rememberFile(path: string): { readonly isLost: () => boolean } {
  const opened = inodeOf(path);
  return {
    isLost() {
      try {
        return inodeOf(path) !== opened;
      } catch {
        // A folder that may not be looked into says nothing of the file.
        return false;
      }
    },
  };
}

/** Undefined where there is no such file. */
function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}
