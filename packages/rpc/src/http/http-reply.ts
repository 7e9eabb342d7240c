import { type SessionChange, sessionChangeHeader } from "@countersign/contract";
import type { Patience } from "@countersign/db";

import type { Standing } from "../procedure/standing.ts";

/** A call of this request that was let in, and what its answer stands on. */
export interface MadeAnswer {
  /** Which of the batch it is. */
  readonly index: number;
  readonly path: string;
  readonly standing: Standing;
}

/** What a procedure over HTTP may do to the answer: hand out or take away the session's and the visitor's cookie; and what it stands on. */
export class HttpReply {
  readonly #headers: Headers;
  readonly #presentedVisitor: string | null;
  readonly #made: MadeAnswer[] = [];
  #isClaimed = false;
  #session: string | null = null;
  #visitor: string | null = null;
  #binding: string | null = null;

  /** What all calls of the request may wait together: they leave together. */
  readonly patience: Patience;

  /** `presentedVisitor` is the visitor's cookie that came with the request, as it would be set anew. */
  constructor(headers: Headers, options: { readonly presentedVisitor: string | null; readonly patience: Patience }) {
    this.#headers = headers;
    this.#presentedVisitor = options.presentedVisitor;
    this.patience = options.patience;
  }

  /**
   * True for the one call of a request that may set the session's cookie. Of two the browser would keep one cookie, and the
   * other's session would run on without belonging to anybody.
   */
  claimSession(): boolean {
    if (this.#isClaimed) return false;
    this.#isClaimed = true;
    return true;
  }

  /** Sets the session's cookie and says what happened to the session. */
  setSession(cookie: string, change: SessionChange): void {
    this.#session = cookie;
    this.#writeCookies();
    this.#headers.set(sessionChangeHeader, change);
  }

  /** Takes the cookie of a session that is over away, unless another call of this answer hands out or takes away one. */
  clearSession(cookie: string): void {
    this.#session ??= cookie;
    this.#writeCookies();
  }

  /** Sets the visitor's cookie, and says so unless the answer says more of the session. */
  setVisitor(cookie: string, change: SessionChange | null = null): void {
    this.#visitor = cookie;
    this.#writeCookies();
    if (change !== null && !this.#headers.has(sessionChangeHeader)) this.#headers.set(sessionChangeHeader, change);
  }

  /** Sets the cookie that tells this browser from others while it is at an identity provider. */
  setBinding(cookie: string): void {
    this.#binding = cookie;
    this.#writeCookies();
  }

  /** Lets the visitor's cookie last as long again. */
  renewVisitor(): void {
    if (this.#presentedVisitor !== null) this.setVisitor(this.#presentedVisitor);
  }

  /** The calls that were let in: their answers leave together. */
  get made(): readonly MadeAnswer[] {
    return this.#made;
  }

  noteMade(answer: MadeAnswer): void {
    this.#made.push(answer);
  }

  setRetryAfter(seconds: number): void {
    this.#headers.set("retry-after", String(seconds));
  }

  #writeCookies(): void {
    this.#headers.delete("set-cookie");
    for (const cookie of [this.#session, this.#visitor, this.#binding])
      if (cookie !== null) this.#headers.append("set-cookie", cookie);
  }
}
