/** What is pushed to many subscribers: turned into text once, and into bytes once for each request id that occurs. */
export class SharedFrame {
  readonly #result: string;
  /** Most frames go out under one id. */
  #first: { readonly requestId: string | number; readonly bytes: Buffer } | null = null;
  #others: Map<string | number, Buffer> | null = null;

  /** `json`: the data. With an event id the client receives `{ id, data }` and hands the id in when it resumes (tRPC's `tracked`). */
  constructor(json: string, eventId?: string) {
    const id = JSON.stringify(eventId);
    this.#result =
      eventId === undefined
        ? `{"type":"data","data":${json}}`
        : `{"type":"data","id":${id},"data":{"id":${id},"data":${json}}}`;
  }

  bytesFor(requestId: string | number): Buffer {
    if (this.#first?.requestId === requestId) return this.#first.bytes;
    const known = this.#others?.get(requestId);
    if (known) return known;
    const bytes = Buffer.from(`{"id":${JSON.stringify(requestId)},"result":${this.#result}}`);
    if (this.#first === null) this.#first = { requestId, bytes };
    else (this.#others ??= new Map()).set(requestId, bytes);
    return bytes;
  }
}
