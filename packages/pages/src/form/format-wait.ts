/** `30 seconds`, `2 minutes`: rounded up, so that waiting that long is long enough. */
export function formatWait(seconds: number, locale?: string): string {
  const [amount, unit] = seconds <= 90 ? [Math.ceil(seconds), "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(amount);
}
