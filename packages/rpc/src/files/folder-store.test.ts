import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describeFileStore } from "./file-store.suite.ts";
import { createFolderStore } from "./folder-store.ts";

describeFileStore("folder store", async () => {
  const folder = await mkdtemp(join(tmpdir(), "files-"));
  return {
    store: createFolderStore(join(folder, "made", "when needed")),
    async count() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).length;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
});
