import { usePages } from "../provider/pages-context.ts";

/** The date and the time to the second, in the reader's time zone; to the millisecond and in UTC on hover. */
export function ExactTime({ at }: { readonly at: string }) {
  const { locale } = usePages();
  return (
    <time dateTime={at} title={at}>
      {new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" })}
    </time>
  );
}
