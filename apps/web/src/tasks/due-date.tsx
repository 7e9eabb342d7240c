import { Icon, usePages } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { dayOf, today } from "./day.ts";

export interface DueDateProps {
  /** An instant of the server's: the start of the day in UTC. */
  readonly dueAt: string;
  /** What is done is never late. */
  readonly isDone: boolean;
}

/** The day by which something is to be done. It is the same day for everybody, wherever they are. */
export function DueDate({ dueAt, isDone }: DueDateProps) {
  const { locale } = usePages();
  const { tasks: texts } = useAppMessages();
  const isLate = !isDone && dayOf(dueAt) < today();
  const date = new Date(dueAt);

  return (
    <time
      className={isLate ? "due due--late" : "due"}
      dateTime={dayOf(dueAt)}
      title={date.toLocaleDateString(locale, { dateStyle: "full", timeZone: "UTC" })}
    >
      <Icon name="calendar" />
      {isLate && <span className="cs-visually-hidden">{texts.late} </span>}
      {date.toLocaleDateString(locale, shortFormat(dueAt))}
    </time>
  );
}

function shortFormat(dueAt: string): Intl.DateTimeFormatOptions {
  const isThisYear = dayOf(dueAt).slice(0, 4) === today().slice(0, 4);
  return { day: "numeric", month: "short", timeZone: "UTC", ...(isThisYear ? {} : { year: "numeric" }) };
}
