import { fieldFaults } from "@countersign/contract";

/**
 * What is wrong with a name that others are to read, and to tell from other names; or null. What cannot be seen makes two
 * names of what looks like one, and so do letters of another script: a Cyrillic "а" among Latin ones. Looked at before and
 * after normalising, which takes some of them away.
 */
export function findNameFault(raw: string): string | null {
  const name = raw.normalize("NFKC").trim();
  if ([raw.trim(), name].some((spelling) => invisible.test(spelling))) return fieldFaults.invisibleCharacter;
  return isOfOneScript(name) ? null : fieldFaults.mixedScripts;
}

/**
 * Control, format (invisible, right-to-left), private and unassigned characters; line and paragraph breaks; what is drawn as
 * nothing though it is a letter or a sign (U+115F, U+3164, variation selectors, blank Braille and others); marks that have no
 * letter to stand on.
 */
const invisible =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1680\u2800\ufffc\u{1d159}\u{13441}\u{13442}]|(?:^|\s)\p{M}/u;

/**
 * Are all its letters and digits of one script? As in UTS 39 §5.2, "highly restrictive": Chinese, Japanese and Korean are
 * written in several, beside Latin letters. What belongs to no script (most signs, ASCII digits) goes with all.
 */
export function isOfOneScript(name: string): boolean {
  return scripts.some((script) => script.test(name));
}

/** UAX 31, table 5: the scripts that are in everyday use. */
const everyday = [
  ..."Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul".split(
    " ",
  ),
  ..."Hebrew Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu".split(" "),
  ..."Thaana Thai Tibetan".split(" "),
];
/** A unit as well as a letter, and like no letter of another script. */
const ohm = "\u03a9";
const together = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];

const scripts = [
  ...[...everyday.map((script) => [script]), ...together].map(
    (allowed) => new RegExp(`^[\\p{scx=Common}\\p{scx=Inherited}${ohm}${classOf(allowed)}]*$`, "u"),
  ),
  // Those that are left: too seldom to be taken for one of these.
  new RegExp(`^[^${classOf(everyday)}]*$`, "u"),
];

function classOf(names: readonly string[]): string {
  return names.map((script) => `\\p{scx=${script}}`).join("");
}
