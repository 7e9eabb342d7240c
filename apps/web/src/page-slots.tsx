import type { PageSlots } from "@countersign/pages";

import { messages } from "./messages.ts";

/** What the app puts into the ready pages: a line for newcomers. */
export const slots: PageSlots = {
  register: { beforeForm: <p className="cs-entry__text">{messages.pitch}</p> },
};
