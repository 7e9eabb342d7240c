/** The cookies of a `Cookie` header. Never throws; a name that occurs twice is left out, since nobody can say which is meant. */
export function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  const twice = new Set<string>();
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at < 1) continue;
    const name = pair.slice(0, at).trim();
    if (cookies.has(name)) twice.add(name);
    cookies.set(name, pair.slice(at + 1).trim());
  }
  for (const name of twice) cookies.delete(name);
  return cookies;
}
