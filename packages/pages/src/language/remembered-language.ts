const key = "countersign.language";

/** The language that was chosen in this browser, or null. It says nothing of who chose it. */
export function readRememberedLanguage(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    // Storage may be forbidden; then nothing is remembered.
    return null;
  }
}

/** Keeps it for the next visit; null forgets it. */
export function rememberLanguage(tag: string | null): void {
  try {
    if (tag === null) localStorage.removeItem(key);
    else localStorage.setItem(key, tag);
  } catch {
    // Storage may be full or forbidden; the choice then holds until the page is left.
  }
}
