/** `9:05` of 545 seconds, in the digits of the locale. */
export function formatCountdown(seconds: number, locale: string): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const minutes = new Intl.NumberFormat(locale, { useGrouping: false }).format(Math.floor(whole / 60));
  const rest = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 }).format(whole % 60);
  return `${minutes}:${rest}`;
}
