/**
 * How a file is to be taken, and what it is called: plain ASCII for those who read no more, and the name itself in UTF-8 (RFC 6266,
 * RFC 8187).
 */
export function contentDisposition(kind: "attachment" | "inline", name: string): string {
  // Non-ASCII, quotes, backslashes, and percent signs, which some readers decode.
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const header = `${kind}; filename="${plain}"`;
  return plain === name ? header : `${header}; filename*=UTF-8''${encodeRfc8187(name)}`;
}

/** Percent-encodes all but `attr-char` (RFC 8187 §3.2.1); `encodeURIComponent` leaves four that are none. */
function encodeRfc8187(name: string): string {
  return encodeURIComponent(name).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
