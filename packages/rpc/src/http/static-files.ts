import type { MiddlewareHandler } from "hono";

import { filesPath, rpcPath } from "@countersign/contract";

import { chooseEncoding } from "./choose-encoding.ts";
import { readWebFolder, type WebFile } from "./web-folder.ts";

/**
 * Serves a built web app: its files, and its page for every other path that is no file's. All of it is read once, at the
 * start: no request names a path on the disk.
 */
export function staticFiles(folder: string): MiddlewareHandler {
  const files = readWebFolder(folder);
  const page = files.get("/index.html");

  return async (c, next) => {
    const { method, path } = c.req;
    const file = files.get(path) ?? (isPagePath(path) && wantsPage(c.req.header("accept")) ? page : undefined);
    if (!file || (method !== "GET" && method !== "HEAD")) return next();

    const encoding = chooseEncoding(c.req.header("accept-encoding"), file.encoded);
    const { bytes, tag } = (encoding === null ? undefined : file.encoded.get(encoding)) ?? file;
    if (file.encoded.size > 0) c.header("Vary", "Accept-Encoding");
    c.header("ETag", tag);
    c.header("Cache-Control", cacheControl(path, file));
    if (matches(c.req.header("if-none-match"), tag)) return c.body(null, 304);

    c.header("Content-Type", file.type);
    c.header("Content-Length", String(bytes.byteLength));
    if (encoding !== null) c.header("Content-Encoding", encoding);
    return method === "HEAD" ? c.body(null) : c.body(bytes);
  };
}

/** Files under assets/ carry a hash of their content in their name. */
function cacheControl(path: string, file: WebFile): string {
  const isHashed = path.startsWith("/assets/") && file.path === path;
  return isHashed ? "public, max-age=31536000, immutable" : "no-cache";
}

/** Pages have no dot in their last part: a file that is missing is not found. */
function isPagePath(path: string): boolean {
  return (
    !path.split("/").at(-1)?.includes(".") &&
    [rpcPath, filesPath].every((own) => path !== own && !path.startsWith(`${own}/`))
  );
}

/** Browsers name HTML; other readers take anything, or do not say. */
function wantsPage(accept = "*/*"): boolean {
  return /text\/html|\*\/\*/i.test(accept);
}

function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = new Set(ifNoneMatch.split(",").map((one) => one.trim().replace(/^W\//, "")));
  return tags.has(tag) || tags.has("*");
}
