import { useSyncExternalStore } from "react";

import { usePages } from "../provider/pages-context.ts";

import { createClock } from "./clock.ts";

export interface RelativeTimeProps {
  /** An instant, ISO 8601. */
  readonly at: string;
}

/** How long ago or ahead an instant is, kept up to date, with the exact time on hover. */
export function RelativeTime({ at }: RelativeTimeProps) {
  const { locale, messages } = usePages();
  const now = useSyncExternalStore(clock.subscribe, clock.read);
  const instant = new Date(at);

  return (
    <time dateTime={at} title={formatExactTime(instant, locale)}>
      {formatRelativeTime(instant, now, locale, messages.common.justNow)}
    </time>
  );
}

/** `just now`, `5 minutes ago`, `in 2 weeks`; further than a month away the date itself. */
export function formatRelativeTime(instant: Date, now: number, locale: string | undefined, justNow: string): string {
  const seconds = Math.round((instant.getTime() - now) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 45) return justNow;

  const step = steps.find((candidate) => distance < candidate.below);
  if (!step) return instant.toLocaleDateString(locale, { dateStyle: "medium" });
  // Never 0: from 45 seconds on it is "1 minute".
  const amount = Math.max(1, Math.round(distance / step.seconds)) * Math.sign(seconds);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(amount, step.unit);
}

/** The whole date and time, in the reader's time zone. */
export function formatExactTime(instant: Date, locale: string | undefined): string {
  return instant.toLocaleString(locale, { dateStyle: "full", timeStyle: "medium" });
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const steps = [
  { below: 59.5 * minute, seconds: minute, unit: "minute" },
  { below: 23.5 * hour, seconds: hour, unit: "hour" },
  { below: 13.5 * day, seconds: day, unit: "day" },
  { below: 31 * day, seconds: 7 * day, unit: "week" },
] as const;

/** One timer for all relative times on the page. */
const clock = createClock(20_000);
