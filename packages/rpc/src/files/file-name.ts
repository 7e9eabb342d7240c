import { z } from "zod";

import { visibleText } from "@countersign/contract";

import type { FileType } from "./file-type.ts";

/** File systems take 255 bytes; some are left for an ending and for what browsers add to a name they have already. */
const mostBytes = 200;
/** What is looked at of a name that is given. */
const mostGiven = 1000;

/** A file's name as a client gives it; what comes out is only a name: no path, nothing invisible, nothing that reorders it. */
export const FileName = z
  .string()
  .max(mostGiven, `Too long: at most ${mostGiven} characters.`)
  .transform(cleanFileName);

const controls = /[\0-\x1f\x7f-\x9f]/g;
// What is not to be seen, or turns round what is (RTL overrides: "gpj.exe" shown as "exe.jpg"). Joiners are kept: words need them.
const invisible =
  /\u{ad}|\u{34f}|\u{61c}|[\u{115f}\u{1160}]|\u{180e}|[\u{200b}\u{200e}\u{200f}]|[\u{2028}-\u{202e}]|[\u{2060}-\u{206f}]|\u{feff}|[\u{fff9}-\u{fffb}]|[\u{e0000}-\u{e007f}]/gu;
// What Windows keeps for itself.
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** The name without what could be a path, deceive, or be refused by the system it is saved on. Never empty. */
export function cleanFileName(given: string): string {
  const last = given.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const shown = last
    .replaceAll(controls, "")
    .replaceAll(invisible, "")
    .replaceAll(/[<>:"|?*\ufffd]/g, "_")
    .replaceAll(/\s+/g, " ");
  // A leading dot hides a file, a trailing one is dropped by Windows.
  const trimmed = withoutDots(shown, "both").replace(reserved, "_$&");
  // What is left may be letters that are drawn as nothing.
  return shorten(isVisible(trimmed) ? trimmed : "file");
}

/** Is there something to be seen of the name before its ending? */
function isVisible(name: string): boolean {
  const dot = name.lastIndexOf(".");
  return visibleText.test(dot <= 0 ? name : name.slice(0, dot));
}

/** The name, ending like files of this kind: what a system opens it with is what it was found to be. */
export function fitFileName(name: string, { endings }: Pick<FileType, "endings">): string {
  const ending = endingOf(name).toLowerCase();
  return endings.includes(ending) ? name : shorten(`${name}.${endings[0]}`);
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1);
}

/** Cuts the stem, and keeps the ending where it is one. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name;
  const ending = endingOf(name);
  const kept = ending !== "" && ending.length <= 10 ? `.${ending}` : "";
  const stem = [
    ...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(name.slice(0, name.length - kept.length)),
  ];
  let room = mostBytes - Buffer.byteLength(kept);
  let cut = "";
  for (const { segment } of stem) {
    room -= Buffer.byteLength(segment);
    if (room < 0) break;
    cut += segment;
  }
  return `${withoutDots(cut, "end")}${kept}`;
}

/** A pattern for the end would be tried from every dot on, which takes the square of their number. */
function withoutDots(name: string, at: "both" | "end"): string {
  const isDot = (index: number) => name[index] === "." || name[index] === " ";
  let [start, end] = [0, name.length];
  while (end > 0 && isDot(end - 1)) end -= 1;
  while (at === "both" && start < end && isDot(start)) start += 1;
  return name.slice(start, end);
}
