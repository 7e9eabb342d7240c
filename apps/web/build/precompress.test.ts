// @vitest-environment node
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { compressFolder } from "./precompress.ts";

test("text is written a second and third time, compressed; pictures and what is small already are not", () => {
  const folder = mkdtempSync(join(tmpdir(), "precompress-"));
  try {
    const script = "export const word = 'tea';\n".repeat(200);
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "assets/app.js"), script);
    writeFileSync(join(folder, "assets/photo.png"), script);
    writeFileSync(join(folder, "favicon.svg"), "<svg/>");

    compressFolder(folder);

    expect(readdirSync(folder, { recursive: true }).map(String).toSorted()).toEqual([
      "assets",
      "assets/app.js",
      "assets/app.js.br",
      "assets/app.js.gz",
      "assets/photo.png",
      "favicon.svg",
    ]);
    expect(brotliDecompressSync(readFileSync(join(folder, "assets/app.js.br"))).toString()).toBe(script);
    expect(gunzipSync(readFileSync(join(folder, "assets/app.js.gz"))).toString()).toBe(script);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
