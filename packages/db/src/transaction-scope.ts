import { DatabaseUnavailable } from "./database.ts";

/**
 * What a transaction, or a savepoint within it, may still do. Keeps both dialects to the same rules: it is not used after
 * its end, nor while a savepoint is open within it, nor after a statement failed. Postgres enforces the last one itself;
 * on SQLite the work would go on half-done.
 */
export class TransactionScope {
  readonly #parent: TransactionScope | null;
  #inner: TransactionScope | null = null;
  #hasEnded = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(parent: TransactionScope | null = null) {
    this.#parent = parent;
  }

  get isOpen(): boolean {
    return !this.#hasEnded && (this.#parent?.isOpen ?? true);
  }

  /** Runs one statement. After a failure nothing but a rollback is right. */
  async use<Result>(statement: () => Promise<Result>): Promise<Result> {
    this.requireUsable();
    try {
      return await statement();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  /** @throws unless a statement may be run here, now */
  requireUsable(): void {
    if (!this.isOpen) throw new Error("This transaction has ended. Await everything that its body begins.");
    if (this.#inner) {
      throw new Error("A savepoint is open within this transaction. Use the savepoint's own `tx`, one at a time.");
    }
    if (this.#failure) throw abortedBy(this.#failure.error);
  }

  /** A scope within this one, which is not to be used until the inner one has ended. */
  enter(): TransactionScope {
    this.requireUsable();
    this.#inner = new TransactionScope(this);
    return this.#inner;
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#parent) this.#parent.#inner = null;
  }
}

function abortedBy(cause: unknown): Error {
  // What comes after a lost connection is as unavailable as what lost it.
  if (cause instanceof DatabaseUnavailable) return new DatabaseUnavailable(cause.message, { cause });
  return new Error(
    "A statement of this transaction failed, so it can only be rolled back. Put what may fail into `tx.savepoint`.",
    { cause },
  );
}
