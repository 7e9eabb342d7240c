/** What JavaScript takes for something else: a year below 100, and an offset with seconds, as places had before standard time. */
const misread = /^00|[+-]\d\d:\d\d:\d\d$/;
const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/;

/** An instant as Postgres writes it, such that `new Date` reads the same one. What no instant is here (infinity, BC) stays as it is. */
export function toPlainInstant(text: string): string {
  if (!misread.test(text)) return text;
  const found = parts.exec(text);
  if (found === null) return text;
  const [, day, time, sign, hours, minutes = 0, seconds = 0] = found;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const local = Date.parse(`${day}T${time}Z`);
  return new Date(local - (sign === "-" ? -offset : offset) * 1000).toISOString();
}
