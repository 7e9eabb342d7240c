import type { PageSlots } from "@countersign/pages";

import { useAppMessages } from "./messages/app-messages.ts";

/** What the app puts into the ready pages: a line for newcomers. */
export const slots: PageSlots = { register: { beforeForm: <Pitch /> } };

function Pitch() {
  return <p className="cs-entry__text">{useAppMessages().pitch}</p>;
}
