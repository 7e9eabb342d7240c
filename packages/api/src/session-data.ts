import { z } from "zod";

import { defineSessionData, type SessionDataOf } from "@countersign/rpc";

/** What this app keeps with its sessions. Without a theme a page follows the system. */
export const sessionData = defineSessionData({
  theme: { schema: z.enum(["light", "dark"]), browser: "write" },
});

declare module "@countersign/contract" {
  interface Register {
    sessionData: SessionDataOf<typeof sessionData>;
  }
}
