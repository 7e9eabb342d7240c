const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** How long something lasts, in the largest unit that it is a whole number of: "1 hour", "90 minutes". */
export function formatLifetime(seconds: number, language: string): string {
  const [unit, length] = units.find(([, size]) => seconds % size === 0) ?? ["second", 1];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(seconds / length);
}
