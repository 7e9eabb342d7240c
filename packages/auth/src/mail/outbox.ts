import { type Mail, type Mailer, MailRefused } from "./mailer.ts";

/** Mails on their way. Nobody waits for them: an answer neither tells nor takes longer because a mail is sent. */
export interface Outbox {
  /**
   * Writes a mail soon, and sends it; null when there is none to be sent. Writing is tried again as well, until it has
   * succeeded once. Does not wait and does not throw.
   */
  post(write: () => Promise<Mail | null>): void;
  /** Tries everything that waits once, now. Resolves when that is over, whatever came of it. */
  flush(): Promise<void>;
  readonly counts: MailCounts;
}

export interface MailCounts {
  /** Just now, those that are being sent included. */
  readonly waiting: number;
  /** Since the start. */
  readonly sent: number;
  /** Attempts that failed and are made again. */
  readonly postponed: number;
  readonly givenUp: number;
}

interface OutboxOptions {
  readonly mailer: Mailer;
  /** Hears of mails that could not be sent, and of those given up. */
  readonly onError: (error: unknown) => void;
}

interface Letter {
  readonly write: () => Promise<Mail | null>;
  mail: Mail | null;
  attempts: number;
  timer: NodeJS.Timeout | null;
}

/** They are kept in memory: beyond this many, new ones are given up. */
const mostWaiting = 10_000;
const mostAtOnce = 4;
/** Together about twenty minutes: a link that comes much later is of no use. */
const mostAttempts = 12;
const firstRetryMs = 1000;
const longestRetryMs = 300_000;
/**
 * Writing begins at a random moment: what follows a request (a look-up, a token, a mail) then does not slow down the very
 * next one, by which somebody could tell whether there was an account.
 */
const longestDelayMs = 250;

export function createOutbox({ mailer, onError }: OutboxOptions): Outbox {
  const letters = new Set<Letter>();
  const due: Letter[] = [];
  let running = 0;
  let sent = 0;
  let postponed = 0;
  let givenUp = 0;
  let idle = Promise.withResolvers<void>();

  function schedule(letter: Letter, delayMs: number): void {
    letter.timer = setTimeout(() => setDue(letter), delayMs).unref();
  }

  function setDue(letter: Letter): void {
    if (letter.timer !== null) clearTimeout(letter.timer);
    letter.timer = null;
    due.push(letter);
    sendDue();
  }

  function sendDue(): void {
    while (running < mostAtOnce) {
      const letter = due.shift();
      if (letter === undefined) break;
      running += 1;
      void attempt(letter).finally(() => {
        running -= 1;
        sendDue();
      });
    }
    if (running > 0) return;
    idle.resolve();
    idle = Promise.withResolvers();
  }

  async function attempt(letter: Letter): Promise<void> {
    letter.attempts += 1;
    try {
      letter.mail ??= await letter.write();
      if (letter.mail !== null) {
        await mailer.send(letter.mail);
        sent += 1;
      }
      letters.delete(letter);
    } catch (error) {
      const isFinal = error instanceof MailRefused || letter.attempts >= mostAttempts;
      if (isFinal) {
        letters.delete(letter);
        givenUp += 1;
      } else {
        postponed += 1;
        schedule(letter, Math.min(firstRetryMs * 2 ** (letter.attempts - 1), longestRetryMs));
      }
      onError(new Error(isFinal ? "A mail was given up." : "A mail could not be sent yet.", { cause: error }));
    }
  }

  return {
    post(write) {
      if (letters.size >= mostWaiting) {
        givenUp += 1;
        onError(new Error("A mail was given up: too many are waiting. Is the mail server reachable?"));
        return;
      }
      const letter: Letter = { write, mail: null, attempts: 0, timer: null };
      letters.add(letter);
      schedule(letter, Math.random() * longestDelayMs);
    },
    async flush() {
      const { promise } = idle;
      for (const letter of letters) if (letter.timer !== null) setDue(letter);
      if (running > 0) await promise;
    },
    get counts() {
      return { waiting: letters.size, sent, postponed, givenUp };
    },
  };
}
