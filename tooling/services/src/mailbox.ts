import type { AddressInfo } from "node:net";

import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

/** A mail as it came in. */
export interface ReceivedMail {
  /** The recipients of the envelope: who really gets it. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What came over the wire. */
  readonly raw: string;
}

/** A real SMTP server that keeps what it is given. */
export interface Mailbox extends AsyncDisposable {
  /** For `SMTP_URL`. */
  readonly url: string;
  mails(): Promise<readonly ReceivedMail[]>;
  /** Waits until there are this many, at most five seconds. */
  waitFor(count: number): Promise<readonly ReceivedMail[]>;
  /** From now on mails are answered with this code of SMTP (as in 451 or 550), or taken again. */
  refuse(code: number | null): void;
}

/** Starts a mailbox on a free port. */
export async function openMailbox(): Promise<Mailbox> {
  const letters: { readonly to: readonly string[]; readonly raw: Buffer }[] = [];
  let refusal: number | null = null;
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    // A client may keep its connection for the next mail: it is not waited for.
    closeTimeout: 100,
    onRcptTo(_address, _session, callback) {
      if (refusal === null) callback();
      else callback(Object.assign(new Error("Not now"), { responseCode: refusal }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        letters.push({ to, raw: Buffer.concat(chunks) });
        callback();
      });
    },
  });
  server.on("error", () => {
    // A client that hangs up is the test's own.
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    mails: () => Promise.all(letters.map(read)),
    async waitFor(count) {
      const deadline = performance.now() + 5000;
      while (letters.length < count && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20));
      if (letters.length < count) throw new Error(`${letters.length} mails came within 5 s; ${count} were expected.`);
      return Promise.all(letters.map(read));
    },
    refuse(code) {
      refusal = code;
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function read({ to, raw }: { readonly to: readonly string[]; readonly raw: Buffer }): Promise<ReceivedMail> {
  const { subject = "", text = "", html = "", headers } = await PostalMime.parse(raw);
  return {
    to,
    subject,
    text,
    html,
    headers: Object.fromEntries(headers.map(({ key, value }) => [key, value])),
    raw: raw.toString("latin1"),
  };
}
