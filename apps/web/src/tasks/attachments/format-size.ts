const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size as people say it: `1.4 MB`. A kilobyte is 1024 bytes, as where limits are set. */
export function formatSize(bytes: number, locale?: string): string {
  return format(bytes, locale, { round: "halfExpand", digits: 1 });
}

/** The most that is taken: never more than the limit, so that what is said to be taken is taken. */
export function formatLimit(bytes: number, locale?: string): string {
  return format(bytes, locale, { round: "floor", digits: 2 });
}

interface Rounding {
  readonly round: "halfExpand" | "floor";
  /** Of values below ten. */
  readonly digits: number;
}

function format(bytes: number, locale: string | undefined, { round, digits }: Rounding): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), units.length - 1);
  const value = bytes / 1024 ** power;
  const maximumFractionDigits = power > 0 && value < 10 ? digits : 0;
  const unit = units[power] ?? "byte";
  // "5 byte" is short in English, which says "5 bytes".
  const unitDisplay = power === 0 ? "long" : "short";
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay,
    maximumFractionDigits,
    roundingMode: round,
  }).format(value);
}
