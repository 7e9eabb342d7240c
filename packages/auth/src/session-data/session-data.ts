import type { Transaction } from "@countersign/db";

import type { Principal } from "../session/principal.ts";

/** Whose data it is: a session's, or that of a visitor who has not signed in. */
export interface DataHolder {
  readonly kind: "session" | "visitor";
  readonly id: string;
}

/** A visitor who has just got a cookie. */
export interface NewVisitor {
  readonly holder: DataHolder;
  /** 256 random bits, base64url. Goes into the visitor's cookie and nowhere else. */
  readonly token: string;
}

/**
 * Values by key, kept with a session or for a visitor. What is under one key never touches another: two calls that write
 * different keys both have their way. Whatever ends the session ends its data with it.
 */
export interface SessionData {
  /** All values of this holder, or those under these keys. */
  read(holder: DataHolder, keys?: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /**
   * Writes values, and removes those that are null or undefined. False, and nothing is written, when the holder is gone or past its
   * time: a late write revives nothing. After the commit whoever shows the data is told.
   *
   * @throws on a value that `describeFault` finds fault with, and beyond `mostKeys`.
   */
  write(tx: Transaction, holder: DataHolder, changes: ReadonlyMap<string, unknown>): Promise<boolean>;
  /** The visitor with this cookie; null when there is none, when it is past its time, or when VISITOR_DATA is off. */
  findVisitor(tokenHash: string | null): Promise<DataHolder | null>;
  /** Begins to keep something for a visitor. */
  createVisitor(tx: Transaction): Promise<NewVisitor>;
  /**
   * Reads what a new session is to have from the one the browser came with (all of it when it is the same user's, else the
   * keys of KEEP_AT_SIGN_OUT) and from the visitor, who ends with it. Called before that session ends.
   */
  takeOver(
    tx: Transaction,
    from: { readonly presented: Principal | null; readonly visitorHash: string | null; readonly userId: string },
  ): Promise<ReadonlyMap<string, unknown>>;
  /**
   * Keeps the keys of KEEP_AT_SIGN_OUT for the visitor that the session's user is about to be. Returns the token of a new
   * visitor; null when there is nothing to keep, or a visitor who has a cookie already.
   */
  keepAtSignOut(tokenHash: string, visitorHash: string | null): Promise<string | null>;
  /** Removes visitors past their time. Returns how many. */
  prune(): Promise<number>;
}

/** The topic that is touched when data of this holder may have changed. */
export function dataTopic({ kind, id }: DataHolder): string {
  return `${kind}-data:${id}`;
}
