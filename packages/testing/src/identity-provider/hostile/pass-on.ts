import type { IncomingMessage } from "node:http";

import type { PassedAnswer } from "./hostile-answer.ts";

const ofTheConnection =
  /^(?:connection|content-length|content-encoding|expect|host|keep-alive|transfer-encoding|upgrade)$/i;

/** Asks the real provider the same. */
export async function passOn(providerUrl: string, request: IncomingMessage, body: string): Promise<PassedAnswer> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !ofTheConnection.test(name)) headers.set(name, [value].flat().join(", "));
  }
  headers.set("x-forwarded-host", request.headers.host ?? "");
  const method = request.method ?? "GET";
  const answer = await fetch(new URL(request.url ?? "/", providerUrl), {
    method,
    headers,
    redirect: "manual",
    ...(method === "GET" || method === "HEAD" ? {} : { body }),
  });
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of answer.headers) if (!ofTheConnection.test(name)) passed[name] = value;
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) passed["set-cookie"] = cookies;
  return { status: answer.status, headers: passed, body: await answer.text() };
}
