/** The encodings files may be kept in, the smallest first. */
export const encodings = ["br", "gzip"] as const;

export type Encoding = (typeof encodings)[number];

/** The smallest encoding a client takes (RFC 9110 §12.5.3) of those there are; null for the file as it is. */
export function chooseEncoding(acceptEncoding: string | undefined, present: { has(encoding: Encoding): boolean }) {
  const taken = new Map<string, boolean>();
  for (const part of (acceptEncoding ?? "").toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
    taken.set(name, !parameters.some((text) => /^q=0(?:\.0*)?$/.test(text)));
  }
  return encodings.find((one) => present.has(one) && (taken.get(one) ?? taken.get("*") ?? false)) ?? null;
}
