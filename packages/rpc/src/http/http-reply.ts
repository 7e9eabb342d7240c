import { type SessionChange, sessionChangeHeader } from "@countersign/contract";

/** What a procedure over HTTP may do to the answer: hand out or take away the session's cookie. */
export class HttpReply {
  readonly #headers: Headers;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  /** Sets the session's cookie (one per answer: the last call wins) and says what happened to the session. */
  setSession(cookie: string, change: SessionChange): void {
    this.#headers.set("set-cookie", cookie);
    this.#headers.set(sessionChangeHeader, change);
  }

  setRetryAfter(seconds: number): void {
    this.#headers.set("retry-after", String(seconds));
  }
}
