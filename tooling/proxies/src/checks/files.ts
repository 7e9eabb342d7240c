import { equal, match, ok } from "node:assert/strict";
import { once } from "node:events";

import { fileInputHeader, filesPath } from "@countersign/contract";

import type { Site } from "../site.ts";
import type { RequestOptions, Visitor } from "../visitor.ts";

import type { Check } from "./check.ts";

const mebibyte = 1024 * 1024;

export const fileChecks: readonly Check[] = [
  {
    title:
      "a file of 20 MiB goes in and comes out; one beyond MAX_UPLOAD_BYTES is refused by the server, with its reason",
    async run(site) {
      const { visitor, taskId } = await openTask(site, "filer");
      const body = Buffer.alloc(20 * mebibyte, "line of text\n");
      const kept = await visitor.request(...upload(taskId, body));
      equal(kept.status, 200, kept.text);
      const { id } = (JSON.parse(kept.text) as { readonly result: { readonly data: { readonly id: string } } }).result
        .data;
      const input = encodeURIComponent(JSON.stringify({ id }));
      const got = await visitor.request(`${filesPath}/attachment.download?input=${input}`);
      equal(got.text, body.toString());

      const refused = await visitor.request(...upload(taskId, Buffer.alloc(25 * mebibyte + 1, "x")));
      equal(refused.status, 413);
      match(refused.text, /FILE_TOO_LARGE/);
    },
  },
  {
    title:
      "OUT-05: an upload that is on its way is refused in the middle when its session ends: nothing is kept back by the proxy",
    async run(site) {
      const { visitor, taskId } = await openTask(site, "interrupted");
      const [path, options] = upload(taskId, null);
      const request = visitor.open(path, {
        ...options,
        headers: { ...options.headers, "content-length": `${8 * mebibyte}` },
      });
      const answer = visitor.answerOf(request);
      request.write(Buffer.alloc(mebibyte, "line of text\n"));
      // That it has begun there: the server answers only when the right to it goes.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const from = performance.now();
      await visitor.call("auth.logout");
      const late = once(AbortSignal.timeout(5000), "abort").then(() => null);
      const refused = await Promise.race([answer, late]);
      const ms = Math.round(performance.now() - from);
      request.destroy();
      ok(refused, "It was not answered before all of the body had come.");
      equal(refused.status, 401);
      return `refused ${ms} ms after the sign-out was sent, with 7 of 8 MiB unsent`;
    },
  },
];

async function openTask(site: Site, name: string): Promise<{ readonly visitor: Visitor; readonly taskId: string }> {
  const visitor = site.visitor("127.0.0.2");
  await visitor.register(name);
  await using socket = await visitor.openSocket();
  const idOf = async (path: string, input: object) => {
    const { result, error } = await socket.mutate(path, input);
    if (!result) throw new Error(`${path}: ${error?.message}`);
    return (result.data as { readonly id: string }).id;
  };
  const projectId = await idOf("project.create", { name: "ship" });
  return { visitor, taskId: await idOf("task.create", { projectId, title: "sail" }) };
}

function upload(taskId: string, body: Buffer | null): [path: string, options: RequestOptions] {
  const headers = {
    "content-type": "application/octet-stream",
    [fileInputHeader]: encodeURIComponent(JSON.stringify({ taskId, name: "plan.txt" })),
    ...(body === null ? {} : { "content-length": String(body.byteLength) }),
  };
  return [`${filesPath}/attachment.upload`, { method: "POST", headers, ...(body === null ? {} : { body }) }];
}
