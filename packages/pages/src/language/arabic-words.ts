/** A name in the other direction moves nothing that stands around it. */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Arabic counts in six forms; that for none is left out where nothing is never counted. */
type Forms = Readonly<Record<Exclude<Intl.LDMLPluralRule, "zero">, string>> & { readonly zero?: string };

const plural = new Intl.PluralRules("ar");
const digits = new Intl.NumberFormat("ar");

/** `forms` with the number in place of `#`. */
export function countOf(count: number, forms: Forms): string {
  const form = forms[plural.select(count)] ?? forms.other;
  return form.replace("#", digits.format(count));
}

/** The number in Arabic digits. */
export function digitsOf(count: number): string {
  return digits.format(count);
}
