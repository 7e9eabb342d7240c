/** Sets text in any script apart, so that it moves nothing around it. */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

export type Forms = readonly [one: string, two: string, few: string, other: string];

/** Arabic counts one, two, a few and many of a thing in different words. */
export function countOf(count: number, [one, two, few, other]: Forms): string {
  const forms: Partial<Record<Intl.LDMLPluralRule, string>> = { one, two, few };
  return (forms[plural.select(count)] ?? other).replace("#", digits.format(count));
}

export const digits = new Intl.NumberFormat("ar");
const plural = new Intl.PluralRules("ar");
