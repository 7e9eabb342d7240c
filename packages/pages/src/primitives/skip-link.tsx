import { useMessages } from "../provider/pages-context.ts";

/** The first thing the keyboard meets: leads past the header to the element with the id `main`. */
export function SkipLink() {
  const messages = useMessages();
  return (
    <a className="cs-skip-link" href="#main">
      {messages.common.skipToContent}
    </a>
  );
}
