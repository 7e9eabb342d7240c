import type { Mailer } from "./mailer.ts";

/**
 * Prints mails, links and all, instead of sending them. For development: whoever reads the output can use the links.
 *
 * `write` is what takes the text, as in `(text) => process.stdout.write(text)`.
 */
export function createConsoleMailer(write: (text: string) => void): Mailer {
  return {
    async send({ to, subject, text }) {
      const lines = text.trimEnd().split("\n");
      write(["", `┌ Mail to ${to}: ${subject}`, ...lines.map((line) => `│ ${line}`), "└", ""].join("\n"));
    },
  };
}
