/** Hands a text to the person as a file of comma-separated values. */
export function saveFile(name: string, text: string): void {
  // The mark in front tells spreadsheets that it is UTF-8: without it they guess, and Arabic is lost.
  const url = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A name for a file that every system takes. */
export function csvFileName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `${plain.slice(0, 60) || "tasks"}.csv`;
}
