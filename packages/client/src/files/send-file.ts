import { fileInputHeader } from "@countersign/contract";

import type { UploadProgress } from "./file-calls.ts";

/** One file on its way. */
export interface Sending {
  readonly address: string;
  readonly input: object;
  readonly file: Blob;
  readonly signal: AbortSignal;
  readonly stallMs: number;
  readonly onProgress: (progress: UploadProgress) => void;
}

/**
 * Sends the file once. Resolves with the text of the answer, or with null when none came: what became of the file is not known then.
 * By XMLHttpRequest, since `fetch` does not tell how much has been sent.
 *
 * @throws the reason of `signal`.
 */
export function sendFile(request: XMLHttpRequest, sending: Sending): Promise<string | null> {
  const { address, input, file, signal, stallMs, onProgress } = sending;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const cancel = () => {
      request.abort();
      settle(() => reject(signal.reason as Error));
    };
    let stalled = setTimeout(giveUp, stallMs);

    function giveUp() {
      request.abort();
      settle(() => resolve(null));
    }

    function moved() {
      clearTimeout(stalled);
      stalled = setTimeout(giveUp, stallMs);
    }

    function settle(pass: () => void) {
      clearTimeout(stalled);
      signal.removeEventListener("abort", cancel);
      pass();
    }

    signal.addEventListener("abort", cancel);
    request.open("POST", address);
    request.withCredentials = true;
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader(fileInputHeader, encodeURIComponent(JSON.stringify(input)));
    request.upload.addEventListener("progress", ({ loaded }) => {
      moved();
      onProgress({ sent: Math.min(loaded, file.size), total: file.size });
    });
    request.addEventListener("load", () => settle(() => resolve(request.responseText)));
    request.addEventListener("error", () => settle(() => resolve(null)));
    request.send(file);
  });
}
