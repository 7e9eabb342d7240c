import { toSayableInstant } from "@countersign/auth";

import { toPlainText } from "./plain-text.ts";

/** Columns that line up, under a line of their titles. Cells are made safe to show; those that are too long are cut. */
export function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows.map((row) => row.map((cell) => shorten(toPlainText(cell))))];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ""))));
  return lines
    .map((line) => line.map((cell, column) => pad(cell, widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

/** An instant to the minute. UTC, since whoever compares lists of two machines should not have to think. */
export function formatInstant(instant: Date | null): string {
  if (instant === null) return "never";
  const said = toSayableInstant(instant);
  return said === null ? "unknown" : `${said.slice(0, 16).replace("T", " ")}Z`;
}

const longestCell = 48;

function shorten(cell: string): string {
  const characters = charactersOf(cell);
  return characters.length <= longestCell ? cell : `${characters.slice(0, longestCell - 1).join("")}…`;
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - widthOf(cell));
}

function widthOf(cell: string): number {
  return charactersOf(cell).reduce((width, character) => width + (wide.test(character) ? 2 : 1), 0);
}

const segmenter = new Intl.Segmenter();

/** What a reader takes for one character, accents included. */
function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Terminals give these two columns (Unicode UAX #11, in broad strokes). */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u{ff01}-\u{ff60}]/u;
