/** A mail to one address, ready to be sent. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** How mails leave. */
export interface Mailer {
  /**
   * Resolves when the next server has taken the mail over.
   *
   * @throws MailRefused when trying again is of no use, and any other error when it may be.
   */
  send(mail: Mail): Promise<void>;
  close?(): Promise<void>;
}

/** The mail will never be taken: no such mailbox, or an address no server understands. */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
}
