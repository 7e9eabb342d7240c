const longestPath = 2048;

/**
 * The path to go to after signing in: `target` when it is a path of this site, else `fallback`. Everything a browser
 * could read as another origin or a script is refused: other schemes, `//host`, back-slashes, control characters,
 * encoded slashes at the front, credentials.
 */
export function safeReturnTo(target: unknown, fallback = "/"): string {
  return isSafePath(target) ? target : fallback;
}

function isSafePath(target: unknown): target is string {
  if (typeof target !== "string" || target.length > longestPath) return false;
  if (!/^\/(?![/\\])/.test(target)) return false;
  // Browsers drop tabs and line breaks inside URLs and read back-slashes as slashes (WHATWG URL §4.4).
  if (/[\u0000-\u001f\u007f\\]/.test(target)) return false;
  // A proxy may decode the path once more before it redirects: what then starts like a host is refused as well.
  const path = target.split(/[?#]/, 1)[0] ?? "";
  if (/%(?:5c|00|0a|0d|09)/i.test(path) || /%2f/i.test(path) || path.includes("//")) return false;
  return new URL(target, "https://self.invalid").origin === "https://self.invalid";
}
