import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import type { Plugin } from "vite";

const isText = /\.(?:html|js|css|svg|json|txt|webmanifest)$/;
/** Below this a file is one packet anyway. */
const leastBytes = 1024;

/** Writes each text file of the build a second and third time, compressed as well as can be: the server only hands them out. */
export function precompress(): Plugin {
  let folder = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved: ({ root, build }) => void (folder = join(root, build.outDir)),
    closeBundle: { order: "post", handler: () => compressFolder(folder) },
  };
}

/** Writes `name.br` and `name.gz` beside every text file, where that is smaller. */
export function compressFolder(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !isText.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    if (bytes.byteLength < leastBytes) continue;
    writeIfSmaller(`${file}.gz`, gzipSync(bytes, { level: 9 }), bytes);
    writeIfSmaller(`${file}.br`, brotliCompressSync(bytes, brotliFor(bytes)), bytes);
  }
}

function brotliFor(bytes: Buffer) {
  return {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  };
}

function writeIfSmaller(file: string, compressed: Buffer, bytes: Buffer): void {
  if (compressed.byteLength < bytes.byteLength) writeFileSync(file, compressed);
}
