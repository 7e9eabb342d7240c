/** A kind of file that may be taken. */
export interface FileType {
  /** What it is served as. */
  readonly type: string;
  /** What a name may end in; the first is added to a name that ends in none of them. */
  readonly endings: readonly string[];
  /** May a browser show it in a page? Pictures of pixels only: whatever can hold script is never. */
  readonly isPicture: boolean;
  /** Does a file begin like this? The first bytes of it, at most `headBytes`. Absent: it is text. */
  isHead?(head: Buffer): boolean;
}

/** As much of a file as its kind is told by. */
export const headBytes = 512;

/**
 * The kinds that are taken. What a file is, is decided by its bytes alone; what the client or the name says counts for nothing.
 * A file can be two things at once (a picture with a page behind it): so each is served as the one it was found to be, which
 * browsers are told not to doubt, and none as something that runs.
 */
export const fileTypes: readonly FileType[] = [
  {
    type: "image/png",
    endings: ["png"],
    isPicture: true,
    // The signature, and the header that must come first (PNG §5.6).
    isHead: (head) =>
      startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) && text(head, 12, 16) === "IHDR",
  },
  {
    type: "image/jpeg",
    endings: ["jpg", "jpeg", "jpe", "jfif"],
    isPicture: true,
    isHead: (head) => startsWith(head, [0xff, 0xd8, 0xff]),
  },
  {
    type: "image/gif",
    endings: ["gif"],
    isPicture: true,
    isHead: (head) => /^GIF8[79]a$/.test(text(head, 0, 6)),
  },
  {
    type: "image/webp",
    endings: ["webp"],
    isPicture: true,
    isHead: (head) => text(head, 0, 4) === "RIFF" && text(head, 8, 12) === "WEBP",
  },
  { type: "application/pdf", endings: ["pdf"], isPicture: false, isHead: (head) => /^%PDF-\d/.test(text(head, 0, 6)) },
  {
    // Documents of office programs are archives too; those with macros are not among the endings.
    type: "application/zip",
    endings: ["zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"],
    isPicture: false,
    isHead: (head) => startsWith(head, [0x50, 0x4b, 0x03, 0x04]),
  },
  {
    type: "text/plain",
    endings: ["txt", "md", "csv", "tsv", "log", "json", "yaml", "yml", "toml", "ics", "vcf"],
    isPicture: false,
  },
];

/** The kind a file's bytes begin like; null when it can only be text, or nothing that is known. */
export function findTypeOfHead(head: Buffer, types: readonly FileType[] = fileTypes): FileType | null {
  return types.find((one) => one.isHead?.(head)) ?? null;
}

/** Reads along with a file, and tells whether it is text: UTF-8 without control characters but those of layout. */
export class TextCheck {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  isText = true;

  /** Takes the next bytes; null when there are no more. */
  take(chunk: Uint8Array | null): void {
    if (!this.isText) return;
    try {
      const read = chunk === null ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
      this.isText = !/[\0-\x08\x0b\x0e-\x1f\x7f]/.test(read);
    } catch {
      // Not UTF-8: the answer is no.
      this.isText = false;
    }
  }
}

function startsWith(head: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}

function text(head: Buffer, from: number, to: number): string {
  return head.toString("latin1", from, to);
}
