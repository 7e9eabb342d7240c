import { type AuditInput, examineSystem, type Symptom, WrongEnvironment } from "@countersign/ops";

import type { Answer, CommandContext } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import { countOf } from "../report/count-of.ts";
import { toPlainText } from "../report/plain-text.ts";

import { readServer, type ServerSource } from "./read-server.ts";

export interface DoctorOptions {
  readonly url: string | null;
  readonly idle: string | null;
  readonly session: boolean;
}

const usualIdleSeconds = 5;
const longestIdleSeconds = 3600;

/**
 * What a look at a running system shows.
 *
 * @throws Failure when no address is named, or a wrong one
 */
export async function tellSymptoms(
  context: ServerSource & Pick<CommandContext, "open" | "progress">,
  options: DoctorOptions,
): Promise<Answer> {
  const { environment } = context.terminal;
  const site = readSite(options.url ?? (environment["PUBLIC_URL"] || null));
  const idleSeconds = readIdle(options.idle);
  const known = namesDatabase(context) ? await readKnown(context) : null;
  if (idleSeconds > usualIdleSeconds) context.progress(`A silent socket is held for ${idleSeconds} s.`);
  const symptoms = await examineSystem({
    site,
    idleSeconds,
    known,
    operator: options.session ? await context.open() : null,
  });
  return answerWith(site, symptoms);
}

/** From elsewhere there is none to look at. */
function namesDatabase({ databaseUrl }: ServerSource): boolean {
  try {
    databaseUrl();
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function answerWith(site: URL, symptoms: readonly Symptom[]): Answer {
  const count = (status: Symptom["status"]) => symptoms.filter((symptom) => symptom.status === status).length;
  const [errors, warnings] = [count("error"), count("warning")];
  return {
    text: [
      ...symptoms.map(({ id, status, what, cure }) => {
        const advice = cure === null ? "" : ` ${cure}`;
        return `${status.padEnd(7)}  ${toPlainText(`${what}${advice}`)} (${id})`;
      }),
      errors + warnings === 0 ? "Nothing is wrong." : `${countOf(errors, "error")}, ${countOf(warnings, "warning")}.`,
    ].join("\n"),
    json: { url: site.origin, symptoms },
    exitCode: errors > 0 ? exitCode.wrong : warnings > 0 ? exitCode.doubtful : exitCode.done,
  };
}

async function readKnown(context: ServerSource): Promise<AuditInput> {
  try {
    return await readServer(context);
  } catch (error) {
    if (error instanceof WrongEnvironment) throw new Failure("usage", error.message, { cause: error });
    throw error;
  }
}

function readSite(text: string | null): URL {
  if (text === null) {
    throw new Failure("usage", "Which system? Write --url https://app.example.com, or set PUBLIC_URL.");
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== "/" ||
    url.search + url.hash + url.username !== ""
  ) {
    throw new Failure("usage", "--url: Write scheme, host and port only, as in https://app.example.com.");
  }
  return url;
}

function readIdle(text: string | null): number {
  if (text === null) return usualIdleSeconds;
  const seconds = Number(text);
  if (/^\d{1,4}$/.test(text) && seconds <= longestIdleSeconds) return seconds;
  throw new Failure("usage", `--idle: Write whole seconds, at most ${longestIdleSeconds}.`);
}
