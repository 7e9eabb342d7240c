import type { ReadableStore } from "@countersign/client";
import type { SessionEndReason } from "@countersign/contract";

import type { Note } from "../api.ts";

import { isSentBefore, isUnsaved, type Draft, type DraftState } from "./draft.ts";
import { findFaults, isSameText, textOf, type NoteText } from "./note.ts";
import { readRefusal } from "./read-refusal.ts";

/** The two calls that save a note. With one key each acts once, however often it is made. */
export interface NoteCalls {
  create(input: NoteText & { readonly key: string }): Promise<Note>;
  update(input: NoteText & { readonly id: string; readonly version: number; readonly key: string }): Promise<Note>;
}

export interface DraftsOptions {
  readonly calls: NoteCalls;
  readonly connection: ReadableStore<{ readonly state: string }>;
}

/**
 * Keeps what is being written until the server has it: through a lost connection, a page change, and a session that
 * ends without the person wanting it, as long as the same user comes back. Anybody else finds nothing, and nothing is
 * left after signing out.
 * It is kept in memory only.
 */
export interface Drafts extends ReadableStore<readonly Draft[]> {
  /** Begins to write: a new note, or one that is there. Returns the draft's id. */
  open(note: Note | null): string;
  write(id: string, text: Partial<NoteText>): void;
  /** Saves a draft, now or when there is a connection. */
  save(id: string): void;
  /** Back into the editor with a draft that waits and has never been sent. */
  reopen(id: string): void;
  /** Forgets a draft and its text. */
  discard(id: string): void;
  /** Puts the draft against the note as it is now, for the person to choose. */
  compare(id: string, current: Note): void;
  /** Of two versions: saves the draft's over the other one. */
  keepMine(id: string): void;
  /** Of two versions: goes on writing the draft, on top of the other one. */
  rebase(id: string): void;
  /** Makes the draft of a note that is gone a new note. */
  saveAsNew(id: string): void;
  /** Tells who is here now: drafts belong to one user. */
  setVisitor(userId: string | null, endReason: SessionEndReason | null): void;
  /** Tells what the live list shows: what was saved and is in it needs no draft any more. */
  listShows(rows: readonly Note[]): void;
  /** Would closing the window lose something? */
  hasUnsaved(): boolean;
  /** Calls back with a draft that could not be saved and now needs the person. Returns a stop function. */
  onTrouble(listener: (draft: Draft) => void): () => void;
}

export function createDrafts({ calls, connection }: DraftsOptions): Drafts {
  const listeners = new Set<() => void>();
  const troubleListeners = new Set<(draft: Draft) => void>();
  /** The key of the last attempt to save a draft, and what was sent with it: the same again gets the same key. */
  const attempts = new Map<string, Attempt>();
  let drafts: readonly Draft[] = [];
  let owner: string | null = null;
  let isOwnerHere = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  connection.subscribe(sendWaiting);

  return {
    get: () => drafts,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open,
    write: (id, text) => change(id, (draft) => ({ ...draft, text: { ...draft.text, ...text } })),
    save,
    reopen: (id) => setState(id, untouched),
    discard,
    compare: (id, current) => setState(id, { phase: "conflict", current }),
    keepMine(id) {
      if (rebase(id)) save(id);
    },
    rebase,
    saveAsNew(id) {
      change(id, (draft) => ({ ...draft, base: null }));
      save(id);
    },
    setVisitor,
    listShows,
    hasUnsaved: () => drafts.some(isUnsaved),
    onTrouble(listener) {
      troubleListeners.add(listener);
      return () => troubleListeners.delete(listener);
    },
  };

  function open(note: Note | null): string {
    // One blank page is enough.
    const blank = note === null && drafts.find((draft) => draft.base === null && !isUnsaved(draft) && isWriting(draft));
    if (blank) return blank.id;

    const id = note?.id ?? `new-${crypto.randomUUID()}`;
    // What is saved already is done with: this is a new draft of the same note.
    if (find(id)?.state.phase === "saved") discard(id);
    if (!find(id)) publish([{ id, base: note, text: textOf(note), state: untouched }, ...drafts]);
    return id;
  }

  function save(id: string): void {
    // The server trims titles too: what is kept here must compare equal to what comes back.
    change(id, (draft) => ({ ...draft, text: { ...draft.text, title: draft.text.title.trim() } }));
    const draft = find(id);
    if (!draft) return;
    const errors = findFaults(draft.text);
    if (Object.keys(errors).length > 0) return setState(id, { phase: "writing", errors, failure: null });
    if (draft.base && isSameText(draft.text, textOf(draft.base))) return discard(id);
    void send(draft);
  }

  /** Never rejects: what goes wrong becomes the draft's state. */
  async function send(draft: Draft): Promise<void> {
    if (!canSend()) return setState(draft.id, { phase: "waiting", isSent: isSentBefore(draft) });

    setState(draft.id, { phase: "sending" });
    const attempt = attemptFor(draft);
    try {
      const note = await call(draft, attempt);
      finish(draft.id, note);
    } catch (error) {
      refuse(draft, error);
    }
  }

  function call({ base }: Draft, { key, text }: Attempt): Promise<Note> {
    const { title, body } = text;
    if (!base) return calls.create({ title, body, key });
    return calls.update({ id: base.id, version: base.version, title, body, key });
  }

  function attemptFor({ id, base, text }: Draft): Attempt {
    const version = base?.version ?? null;
    const last = attempts.get(id);
    if (last && last.version === version && isSameText(last.text, text)) return last;

    const attempt = { key: crypto.randomUUID(), version, text };
    attempts.set(id, attempt);
    return attempt;
  }

  function finish(id: string, note: Note): void {
    const saved: DraftState = { phase: "saved", note };
    setState(id, saved);
    dropWhenShown(id, saved);
  }

  /** By then the live list shows the note, or it was deleted meanwhile. Without a connection the list stands still: wait. */
  function dropWhenShown(id: string, saved: DraftState): void {
    setTimeout(() => {
      // It may be gone by then, or be written again.
      if (find(id)?.state !== saved) return;
      if (isConnected()) discard(id);
      else dropWhenShown(id, saved);
    }, shownWithinMs);
  }

  function refuse(draft: Draft, error: unknown): void {
    const state = readRefusal(draft, error);
    if (state.phase === "saved") return finish(draft.id, state.note);

    setState(draft.id, state);
    if (state.phase === "waiting") return retryLater();
    const refused = find(draft.id);
    if (refused) for (const listener of troubleListeners) listener(refused);
  }

  /** Without this, a call that got no answer over an open connection would wait for the next reconnect. */
  function retryLater(): void {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(sendWaiting, retryMs);
  }

  function sendWaiting(): void {
    if (!canSend()) return;
    for (const draft of drafts) if (draft.state.phase === "waiting") void send(draft);
  }

  function canSend(): boolean {
    return isOwnerHere && isConnected();
  }

  function isConnected(): boolean {
    return connection.get().state === "open";
  }

  function rebase(id: string): boolean {
    const draft = find(id);
    if (draft?.state.phase !== "conflict") return false;
    const { current } = draft.state;
    change(id, () => ({ ...draft, base: current, state: untouched }));
    return true;
  }

  function setVisitor(userId: string | null, endReason: SessionEndReason | null): void {
    const isSame = userId !== null && userId === owner;
    const mayComeBack = userId === null && endReason !== null && !isForGood.has(endReason);
    if (!isSame && !mayComeBack) forgetAll();
    if (!mayComeBack) owner = userId;

    isOwnerHere = userId !== null;
    sendWaiting();
  }

  function listShows(rows: readonly Note[]): void {
    const versions = new Map(rows.map((row) => [row.id, row.version]));
    for (const { id, state } of drafts) {
      if (state.phase === "saved" && (versions.get(state.note.id) ?? 0) >= state.note.version) discard(id);
    }
  }

  function forgetAll(): void {
    attempts.clear();
    publish([]);
  }

  function discard(id: string): void {
    attempts.delete(id);
    publish(drafts.filter((draft) => draft.id !== id));
  }

  function setState(id: string, state: DraftState): void {
    change(id, (draft) => ({ ...draft, state }));
  }

  function change(id: string, next: (draft: Draft) => Draft): void {
    if (find(id)) publish(drafts.map((draft) => (draft.id === id ? next(draft) : draft)));
  }

  function find(id: string): Draft | undefined {
    return drafts.find((draft) => draft.id === id);
  }

  function publish(next: readonly Draft[]): void {
    if (next.length === 0 && drafts.length === 0) return;
    drafts = next;
    for (const listener of listeners) listener();
  }
}

interface Attempt {
  readonly key: string;
  readonly version: number | null;
  readonly text: NoteText;
}

function isWriting({ state }: Draft): boolean {
  return state.phase === "writing";
}

/** Ends after which nobody is expected to go on writing here. */
const isForGood: ReadonlySet<SessionEndReason> = new Set(["signed_out", "deactivated", "deleted"]);

const untouched: DraftState = { phase: "writing", errors: {}, failure: null };
const shownWithinMs = 5000;
const retryMs = 5000;
