import { type ClientRequest, request } from "node:http";

/** As much of a browser's XMLHttpRequest as sending a file takes, over Node's own HTTP. */
export class NodeXhr extends EventTarget {
  readonly upload = new EventTarget();
  withCredentials = false;
  responseText = "";
  readonly #headers: Record<string, string> = {};
  #address = "";
  #request: ClientRequest | null = null;
  #isAborted = false;

  open(_method: string, address: string): void {
    this.#address = address;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  send(file: Blob): void {
    const headers = { ...this.#headers, "content-length": String(file.size) };
    const outgoing = request(this.#address, { method: "POST", headers, agent: false }, (response) => {
      response.setEncoding("utf8").on("data", (text: string) => (this.responseText += text));
      response.on("end", () => this.#tell("load"));
      response.on("error", () => this.#tell("error"));
    });
    outgoing.on("error", () => this.#tell("error"));
    this.#request = outgoing;
    void this.#write(file, outgoing);
  }

  abort(): void {
    this.#isAborted = true;
    this.#request?.destroy();
  }

  async #write(file: Blob, outgoing: ClientRequest): Promise<void> {
    let loaded = 0;
    for await (const chunk of file.stream()) {
      if (outgoing.destroyed) return;
      await new Promise<void>((resolve) => outgoing.write(chunk, () => resolve()));
      loaded += chunk.byteLength;
      this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded }));
    }
    outgoing.end();
  }

  /** As a browser does it: an aborted request tells of nothing more. */
  #tell(what: "load" | "error"): void {
    if (!this.#isAborted) this.dispatchEvent(new Event(what));
  }
}
