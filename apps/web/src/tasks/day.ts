/** A day of the calendar, as `2026-01-31`: what a date field holds. Days compare as texts. */
export type Day = string;

/** The day an instant of the server's stands for. */
export function dayOf(instant: string): Day {
  return instant.slice(0, 10);
}

/** The instant that stands for a day. */
export function instantOf(day: Day): string {
  return `${day}T00:00:00.000Z`;
}

/** The day it is here. */
export function today(): Day {
  return daysFromToday(0);
}

/** A day before or after it. */
export function daysFromToday(days: number): Day {
  const now = new Date();
  const day = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() + days));
  return dayOf(day.toISOString());
}
