import { request as requestHttp, type IncomingHttpHeaders } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";

/** What a request was answered with, or why it was not. */
export type HttpAnswer =
  | {
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
      readonly receivedAt: number;
    }
  /** A code of the system or of TLS, as in `ECONNREFUSED`. */
  | { readonly fault: string };

const withinMs = 10_000;

/** Makes one request on a connection of its own. Follows nothing, and never throws. */
export async function askHttp(
  url: URL,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string; readonly now: () => number },
): Promise<HttpAnswer> {
  const { headers = {}, body, now } = options;
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<HttpAnswer, { status: number }>>();
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const method = body === undefined ? "GET" : "POST";
    const call = send(url, { method, headers, agent: false, signal: AbortSignal.timeout(withinMs) });
    call.once("error", reject);
    call.once("response", (response) => {
      const receivedAt = now();
      text(response).then(
        (said) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: said, receivedAt }),
        reject,
      );
    });
    call.end(body);
    return await promise;
  } catch (error) {
    return { fault: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError") return "ETIMEDOUT";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
