import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { prepareUploadFolder } from "./upload-folder.ts";

test("the folder of files is made, for this user alone; where that fails, the variable is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "upload-"));
  try {
    await prepareUploadFolder(join(folder, "a", "files"));
    expect((await stat(join(folder, "a", "files"))).mode & 0o777).toBe(0o700);
    await writeFile(join(folder, "file"), "");
    await expect(prepareUploadFolder(join(folder, "file"))).rejects.toThrow(/^UPLOAD_FOLDER: files cannot be kept in/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
