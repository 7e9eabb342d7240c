/** What is pushed to many subscribers: turned into text once, and into bytes once for each request id that occurs. */
export class SharedFrame {
  readonly #result: string;
  readonly #bytes = new Map<string | number, Buffer>();

  /** With an event id the client receives `{ id, data }` and hands the id in when it resumes (tRPC's `tracked`). */
  constructor(data: unknown, eventId?: string) {
    const json = JSON.stringify(data);
    const id = JSON.stringify(eventId);
    this.#result =
      eventId === undefined
        ? `{"type":"data","data":${json}}`
        : `{"type":"data","id":${id},"data":{"id":${id},"data":${json}}}`;
  }

  bytesFor(requestId: string | number): Buffer {
    const known = this.#bytes.get(requestId);
    if (known) return known;
    const bytes = Buffer.from(`{"id":${JSON.stringify(requestId)},"result":${this.#result}}`);
    this.#bytes.set(requestId, bytes);
    return bytes;
  }
}
