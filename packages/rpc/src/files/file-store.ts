/** A file as the store has it. */
export interface StoredFile {
  readonly bytes: number;
  /** Its bytes, once. Whoever stops early calls `return` of its iterator, as `for await` does. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Where the bytes of files are kept: a folder, or whatever several replicas share. It knows keys and bytes; names, owners and
 * rights are the database's. A new kind of store passes `describeFileStore`.
 */
export interface FileStore {
  /**
   * Keeps what `content` yields under a key that is new: all of it, on disk when this resolves, or nothing, when `content` throws
   * (which is thrown on) or the store fails. Holds no more than a few chunks in memory.
   */
  write(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Null when there is no such file. */
  read(key: string): Promise<StoredFile | null>;
  /** Removes the file, and whatever an interrupted `write` has left of it. No error when there is none. */
  remove(key: string): Promise<void>;
}

/** What a key may look like: it becomes part of a path. */
export const fileKeyPattern = /^[a-z0-9][a-z0-9-]{7,63}$/;
