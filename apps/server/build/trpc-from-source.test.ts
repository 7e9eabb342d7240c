import { rolldown } from "rolldown";
import { expect, test } from "vitest";

import { trpcFromSource } from "./trpc-from-source.ts";

test("a bundle holds tRPC as its sources are, without the helper for old engines", async () => {
  const [published, own] = [await bundle(imports, false), await bundle(imports, true)];

  // The control: should the published files lose the helper one day, this plugin is no longer needed.
  expect(published.includes("_objectSpread2")).toBe(true);
  expect(own.includes("_objectSpread2")).toBe(false);
});

test("every entry of tRPC that the server uses is the same module as the main one's", async () => {
  const text = await bundle(imports, true);

  expect(text.match(/\bTRPCError = class/g)).toHaveLength(1);
});

test("an entry that has no source stops the build", async () => {
  await expect(bundle(`import "@trpc/server/gone";`, true)).rejects.toThrow('no source for "@trpc/server/gone"');
});

const imports = `
  export { initTRPC, TRPCError } from "@trpc/server";
  export { getWSConnectionHandler } from "@trpc/server/adapters/ws";
  export { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
`;

/** Bundles this text as if it were a module of the package that uses tRPC. */
async function bundle(text: string, isFromSource: boolean): Promise<string> {
  const entry = new URL("../../../packages/rpc/src/entry.ts", import.meta.url).pathname;
  const build = await rolldown({
    input: entry,
    platform: "node",
    external: ["ws"],
    plugins: [
      { name: "text", load: (id) => (id === entry ? text : null), resolveId: (id) => (id === entry ? id : null) },
      isFromSource && trpcFromSource(),
    ],
  });
  const { output } = await build.generate();
  await build.close();
  return output[0].code;
}
