import type { Settings } from "@countersign/contract";

import { createSparse } from "../audit/sparse.ts";
import type { Clock } from "../clock.ts";
import type { MailKind, Throttle } from "../throttle/throttle.ts";

import { composeMail } from "./compose-mail.ts";
import { type MailBody, findMailTexts, type MailTexts } from "./mail-texts.ts";
import type { Mailer } from "./mailer.ts";
import { createOutbox, type MailCounts } from "./outbox.ts";

/** A mail before it is put into words. */
export interface Draft {
  readonly to: string;
  /** The language the reader prefers. */
  readonly locale: string | null;
  readonly say: (texts: MailTexts) => MailBody;
}

/** The pages of the site that mails lead to. */
export type MailedPage =
  | "/account"
  | "/account/email/confirm"
  | "/account/email/revert"
  | "/login"
  | "/password-reset"
  | "/password-reset/confirm"
  | "/verify-email";

/** Where mails about accounts are written and handed on. */
export interface MailDesk {
  /**
   * Has a mail written and sent in the background; null when there is none to be sent. What is written may be written
   * again when the database was away. Does not wait and does not throw.
   */
  post(write: () => Promise<Draft | null>): void;
  /** May one more mail of this kind go to this address? Asked before its link is made, so that the one before stays good. */
  admits(kind: MailKind, email: string, ip?: string | null): Promise<boolean>;
  /** A page of the site, on the configured URL whatever a request says, with the token where no server's log sees it. */
  urlOf(page: MailedPage, token?: string): string;
  /** Tries everything that waits once, now. */
  flush(): Promise<void>;
  readonly counts: MailCounts;
}

/** The kind of a mail that tells a user what was done: an address nobody has confirmed may be somebody else's. */
export function noticeTo({ emailVerifiedAt }: { readonly emailVerifiedAt: Date | null }): MailKind {
  return emailVerifiedAt === null ? "unconfirmed-notice" : "notice";
}

const warnEveryMs = 60_000;

export function createMailDesk(options: {
  readonly mailer: Mailer;
  readonly throttle: Throttle;
  readonly settings: Pick<Settings, "SITE_NAME">;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Hears of mails that a limit leaves out: once a minute at most, since anybody can bring that about. */
  readonly onWarning: (message: string) => void;
}): MailDesk {
  const { mailer, throttle, settings, publicUrl, clock, onError, onWarning } = options;
  const isNews = createSparse(clock, warnEveryMs);
  const outbox = createOutbox({ mailer, onError });

  return {
    post(write) {
      outbox.post(async () => {
        const draft = await write();
        if (draft === null) return null;
        const texts = findMailTexts(draft.locale, settings.SITE_NAME);
        return composeMail(draft.to, texts, draft.say(texts));
      });
    },
    async admits(kind, email, ip) {
      const admission = await throttle.admitMail(kind, email, ip);
      if (admission.status === "limited" && isNews("limited")) {
        onWarning("Mails are left out, because there are too many: MAILS_PER_ADDRESS or MAILS_PER_HOUR.");
      }
      return admission.status === "admitted";
    },
    urlOf(page, token) {
      const url = new URL(page, publicUrl);
      if (token !== undefined) url.hash = `token=${token}`;
      return url.href;
    },
    flush: () => outbox.flush(),
    get counts() {
      return outbox.counts;
    },
  };
}
