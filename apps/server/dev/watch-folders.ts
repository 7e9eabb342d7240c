import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** What a program reads: not its tests, and not what editors leave lying beside. */
const isSource = /^(?!\.)(?!.*\.(?:test|suite)\.tsx?$).*\.(?:tsx?|json|sql)$/;
/** A checkout writes many files: they are one change. */
const settleMs = 100;

/**
 * Calls back when a source file in or below these folders is written, replaced, added or taken away; once for many at a
 * time. It watches folders: a file that is replaced by another of its name is still noticed. Returns the way to stop.
 */
export function watchFolders(folders: readonly string[], onChange: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  watchAll();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };

  function watchAll(): void {
    const present = new Map(folders.flatMap(foldersBelow));
    for (const [key, watcher] of watchers) {
      if (present.has(key)) continue;
      watcher.close();
      watchers.delete(key);
    }
    for (const [key, path] of present) if (!watchers.has(key)) watchers.set(key, watchOne(path));
  }

  function watchOne(folder: string): FSWatcher {
    const watcher = watch(folder, (_kind, name) => {
      // A name without a dot may be a folder: what is in it is not known yet.
      if (name !== null && name.includes(".") && !isSource.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => (watchAll(), onChange()), settleMs);
    });
    // The folder itself is gone: its parent tells of it.
    return watcher.on("error", () => watcher.close());
  }
}

/** All folders below one, itself included, by what tells them apart even when one takes the place of another. */
function foldersBelow(folder: string): [key: string, path: string][] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [
      [`${folder}:${statSync(folder).ino}`, folder],
      ...below.flatMap(({ name }) => foldersBelow(join(folder, name))),
    ];
  } catch {
    // Gone since it was listed.
    return [];
  }
}
