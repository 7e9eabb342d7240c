import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { type FileStore, fileKeyPattern } from "./file-store.ts";

/** Only the user the server runs as. */
const folderMode = 0o700;
const fileMode = 0o600;

/**
 * Keeps files in a folder on disk: each under its key, in one of 256 folders. A file is written beside its place and moved there
 * when it is whole. The folder is made when the first file comes.
 */
export function createFolderStore(folder: string): FileStore {
  const root = resolve(folder);

  function placeOf(key: string): string {
    // No key comes from a client; should one ever, it leads nowhere else.
    if (!fileKeyPattern.test(key)) throw new Error(`"${key}" is no key of a file.`);
    // The end of a key: what UUIDv7 begin with is the time, alike for all of a day.
    return join(root, key.slice(-2), key);
  }

  return {
    async write(key, content) {
      const place = placeOf(key);
      const partial = partialOf(place);
      await mkdir(dirname(place), { recursive: true, mode: folderMode });
      if ((await stat(place).catch(nullIfMissing)) !== null) throw new Error(`There is a file "${key}" already.`);
      // `wx`: of two who write under one key at once, the other fails here.
      const file = await open(partial, "wx", fileMode);
      try {
        await writeWhole(file, content);
        await rename(partial, place);
        await syncFolder(dirname(place));
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },

    async read(key) {
      const place = placeOf(key);
      const found = await stat(place).catch(nullIfMissing);
      return found && { bytes: found.size, content: readChunks(place) };
    },

    async remove(key) {
      const place = placeOf(key);
      await rm(place, { force: true });
      await rm(partialOf(place), { force: true });
    },
  };
}

function partialOf(place: string): string {
  return `${place}.part`;
}

async function writeWhole(file: FileHandle, content: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Opens the file when its first chunk is asked for: whoever only wants to know its size has nothing to close. */
async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}

/** The name of a file is on disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
