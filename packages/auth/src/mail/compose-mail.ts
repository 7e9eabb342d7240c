import type { MailAction, MailBody, MailTexts } from "./mail-texts.ts";
import type { Mail } from "./mailer.ts";

/** Gives a mail its form: plain text, and simple HTML that names its language and direction. Everything in it is escaped. */
export function composeMail(
  to: string,
  { language, direction }: Pick<MailTexts, "language" | "direction">,
  body: MailBody,
): Mail {
  const { subject, lines, action, actions = action ? [action] : [], after = [] } = body;
  const paragraphs = [...lines, ...actions.map(({ label, url }) => `${label}:\n${url}`), ...after];
  return {
    to,
    // A line break in it would begin another header.
    subject: subject.replaceAll(/\p{C}+/gu, " "),
    text: `${paragraphs.join("\n\n")}\n`,
    html: [
      "<!doctype html>",
      `<html lang="${escapeHtml(language)}" dir="${direction}">`,
      `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>`,
      `<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1b1b1f;background:#ffffff">`,
      `<main style="max-width:36em;margin:0 auto">`,
      `<h1 style="font-size:20px;line-height:1.3">${escapeHtml(subject)}</h1>`,
      ...lines.map(paragraph),
      ...actions.map(formatAction),
      ...after.map(paragraph),
      "</main></body></html>",
      "",
    ].join("\n"),
  };
}

function paragraph(line: string): string {
  return `<p>${escapeHtml(line)}</p>`;
}

/** The link, and its address in the open for those who want to see where it leads, or copy it. */
function formatAction({ label, url }: MailAction): string {
  const href = escapeHtml(url);
  const button = "display:inline-block;padding:12px 20px;border-radius:8px;color:#ffffff;background:#1f4fd8";
  return [
    `<p><a href="${href}" style="${button}">${escapeHtml(label)}</a></p>`,
    `<p dir="ltr" style="font-size:14px;word-break:break-all"><a href="${href}">${href}</a></p>`,
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
