/**
 * An instant as ISO 8601; null for one that PostgreSQL can keep and JavaScript cannot say (infinity, BC), as it is set by hand:
 * one such row is not to take everybody's list away.
 */
export function toSayableInstant(value: Date): string | null {
  return Number.isNaN(value.getTime()) ? null : value.toISOString();
}
