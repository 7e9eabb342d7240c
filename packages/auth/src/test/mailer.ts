import type { Mail, Mailer } from "../mail/mailer.ts";

/** Keeps mails, or fails to. */
export interface TestMailer extends Mailer {
  /** The mails since it was last asked. */
  take(): readonly Mail[];
  /** From now on every mail fails with this, or none does. */
  fail(error: Error | null): void;
}

export function createTestMailer(): TestMailer {
  let mails: Mail[] = [];
  let failure: Error | null = null;

  return {
    async send(mail) {
      if (failure) throw failure;
      mails.push(mail);
    },
    take() {
      const taken = mails;
      mails = [];
      return taken;
    },
    fail(error) {
      failure = error;
    },
  };
}

/** The token of the link in a mail. */
export function tokenIn(mail: Mail | undefined): string {
  const token = /#token=([\w-]{43})$/m.exec(mail?.text ?? "")?.[1];
  if (token === undefined) throw new Error(`There is no link in this mail: ${JSON.stringify(mail)}`);
  return token;
}
