import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

import type { Encoding } from "./choose-encoding.ts";

/** The bytes that are sent, and what tells them from others. */
interface Representation {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A strong ETag: each encoding has its own (RFC 9110 §8.8.3.3). */
  readonly tag: string;
}

/** A file of the web app, and the same compressed, where the build has done that. */
export interface WebFile extends Representation {
  readonly path: string;
  readonly type: string;
  readonly encoded: ReadonlyMap<Encoding, Representation>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};

const suffixes: Readonly<Record<string, Encoding>> = { ".br": "br", ".gz": "gzip" };

/** Reads a built web app: its files by their path in a URL. `name.br` and `name.gz` are encodings of `name`. */
export function readWebFolder(folder: string): ReadonlyMap<string, WebFile> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const names = new Set(found);
  const encodingOf = (name: string) => (names.has(name.slice(0, -3)) ? suffixes[extname(name)] : undefined);

  const plain = found.filter((name) => encodingOf(name) === undefined);
  return new Map(plain.map((name) => [toPath(folder, name), readFile(name, toPath(folder, name), names)]));
}

function readFile(name: string, path: string, names: ReadonlySet<string>): WebFile {
  const present = Object.entries(suffixes).filter(([suffix]) => names.has(name + suffix));
  return {
    ...read(name),
    path,
    type: types[extname(name)] ?? "application/octet-stream",
    encoded: new Map(present.map(([suffix, encoding]) => [encoding, read(name + suffix)])),
  };
}

function read(name: string): Representation {
  const bytes = new Uint8Array(readFileSync(name));
  return { bytes, tag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
}

function toPath(folder: string, name: string): string {
  return `/${relative(folder, name).split(sep).join("/")}`;
}
