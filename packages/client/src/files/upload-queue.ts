import type { SessionClient } from "../session-client.ts";
import { createStore, type ReadableStore } from "../store.ts";

/** A file that is being sent, or was not taken. Those that were taken are gone from here. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly sent: number;
  readonly status: "waiting" | "sending" | "failed";
  /** Why it failed; null before. `readErrorData` says more. */
  readonly error: unknown;
}

export interface UploadQueue {
  readonly uploads: ReadableStore<readonly Upload[]>;
  /** Sends these files, a few at once. */
  readonly add: (files: Iterable<File>) => void;
  /** Takes one back, or away when it has failed. */
  readonly cancel: (id: string) => void;
  /** Sends one that failed again: as the same upload, so that it is not kept twice. */
  readonly retry: (id: string) => void;
}

/** So many at once: a server lets each user have some more. */
const mostAtOnce = 3;

interface Entry {
  upload: Upload;
  readonly file: File;
  readonly key: string;
  abort: AbortController;
}

type UploadClient = Pick<SessionClient, "uploadFile" | "onIdentityChange">;

const busy = new WeakMap<object, Map<string, UploadQueue>>();

/**
 * The files on their way to one place, as in `uploadsOf(client, "attachment.upload", { taskId })`; each brings its name besides. They
 * go on while nobody looks, and whoever looks again finds them. They belong to who is signed in: when that changes, they are dropped.
 */
export function uploadsOf(client: UploadClient, path: string, input: object): UploadQueue {
  const queues = busy.get(client) ?? new Map<string, UploadQueue>();
  busy.set(client, queues);
  const name = `${path} ${JSON.stringify(input)}`;
  const known = queues.get(name);
  if (known) return known;

  const queue: UploadQueue = createUploadQueue(
    client,
    path,
    (file) => ({ ...input, name: file.name }),
    (isBusy) => {
      if (isBusy) queues.set(name, queue);
      else queues.delete(name);
    },
  );
  return queue;
}

function createUploadQueue(
  client: UploadClient,
  path: string,
  inputOf: (file: File) => object,
  onBusy: (isBusy: boolean) => void,
): UploadQueue {
  const uploads = createStore<readonly Upload[]>([]);
  const entries = new Map<string, Entry>();
  let stopListening: (() => void) | null = null;

  function tell() {
    uploads.set([...entries.values()].map(({ upload }) => upload));
    if (entries.size > 0 === (stopListening !== null)) return;
    onBusy(entries.size > 0);
    stopListening?.();
    stopListening = entries.size > 0 ? client.onIdentityChange(dropIfNotOurs) : null;
  }

  function dropIfNotOurs({ type }: { readonly type: string }) {
    if (type !== "signed-in") clear();
  }

  function change(entry: Entry, changes: Partial<Upload>) {
    entry.upload = { ...entry.upload, ...changes };
    if (entries.get(entry.upload.id) === entry) tell();
  }

  function startNext() {
    const all = [...entries.values()];
    const running = all.filter(({ upload }) => upload.status === "sending").length;
    const next = all.filter(({ upload }) => upload.status === "waiting").slice(0, Math.max(0, mostAtOnce - running));
    for (const entry of next) void send(entry);
  }

  async function send(entry: Entry) {
    const { file, key, abort } = entry;
    change(entry, { status: "sending", sent: 0, error: null });
    try {
      const onProgress = ({ sent }: { readonly sent: number }) => change(entry, { sent });
      await client.uploadFile(path, inputOf(file), file, { key, signal: abort.signal, onProgress });
      remove(entry.upload.id);
    } catch (error) {
      if (!abort.signal.aborted) change(entry, { status: "failed", error });
    }
    startNext();
  }

  function remove(id: string) {
    if (entries.delete(id)) tell();
  }

  function clear() {
    for (const { abort } of entries.values()) abort.abort();
    entries.clear();
    tell();
  }

  return {
    uploads,
    add(files) {
      for (const file of files) {
        const id = crypto.randomUUID();
        const upload: Upload = { id, name: file.name, size: file.size, sent: 0, status: "waiting", error: null };
        entries.set(id, { upload, file, key: id, abort: new AbortController() });
      }
      tell();
      startNext();
    },
    cancel(id) {
      entries.get(id)?.abort.abort();
      remove(id);
      startNext();
    },
    retry(id) {
      const entry = entries.get(id);
      if (entry?.upload.status !== "failed") return;
      change(entry, { status: "waiting", error: null });
      startNext();
    },
  };
}
