/**
 * Matches a text of which something can be seen. Some letters and signs are drawn as nothing: fillers (U+115F, U+3164), variation
 * selectors, blank Braille and others.
 */
export const visibleText: RegExp =
  /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}\u{13441}\u{13442}]/u;
