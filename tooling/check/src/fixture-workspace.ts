import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A throw-away folder with these files, for tests; gone at the end of the `using` scope. */
export function makeWorkspace(files: Readonly<Record<string, string>>): Disposable & { readonly path: string } {
  const folder = mkdtempDisposableSync(join(tmpdir(), "workspace-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  }
  return folder;
}
