import { startPostgres } from "@app/services";
import type { Settings } from "@countersign/contract";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { ScratchFolder } from "../scratch-folder.ts";
import { buildSides } from "../side/build-side.ts";
import { startSide } from "../side/start-side.ts";
import { changeAccount, createBenchAccounts } from "../sides/countersign-accounts.ts";
import { createMembers } from "../sides/countersign-members.ts";
import { type HttpAnswer, HttpLine } from "../wire/http-line.ts";

import { type Attempt, attempts as allAttempts, type Kind, type Subjects } from "./attempts.ts";
import { compare, leastLikely, mostApart } from "./compare.ts";

export interface TimingOptions extends BenchmarkOptions {
  readonly databases?: readonly ("SQLite" | "Postgres")[];
  readonly attempts?: readonly Attempt[];
}

interface Outcome {
  readonly database: string;
  readonly procedure: string;
  readonly answers: ReadonlyMap<Kind, readonly HttpAnswer[]>;
}

/** What is found out is what an answer tells, so none is refused for having been asked too often. */
const settings = {
  EMAIL_VERIFICATION: "required",
  LOGIN_ATTEMPTS: 100_000,
  REGISTER_ATTEMPTS: 100_000,
  MAILS_PER_ADDRESS: 10_000,
  MAILS_PER_HOUR: 10_000_000,
} as const satisfies Partial<Settings>;

/** Before anything counts: code is compiled, caches fill. */
const mostWarmUps = 20;

/** Can one tell by the clock, or by the answer, which accounts there are? Sampled in turns, from outside. */
export async function benchTiming(options: TimingOptions): Promise<Report> {
  const { databases = ["SQLite", "Postgres"], rounds = 300 } = options;
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();

  const entry = await buildSides(scratch.path);

  const outcomes: Outcome[] = [];
  for (const database of databases) {
    const databaseUrl =
      database === "SQLite"
        ? `sqlite:${scratch.file("timing.db")}`
        : await stack.use(await startPostgres()).createDatabase();
    outcomes.push(...(await measureAll(database, databaseUrl, { ...options, rounds, entry })));
  }
  return report(outcomes, rounds);
}

async function measureAll(
  database: string,
  databaseUrl: string,
  options: TimingOptions & { readonly rounds: number; readonly entry: string },
): Promise<Outcome[]> {
  // Not a single one: a database with one row has no index to look into.
  await createMembers(
    databaseUrl,
    Array.from({ length: 1000 }, () => 1),
  );
  const subjects = await createSubjects(databaseUrl);
  await using side = await startSide(
    { name: "countersign", databaseUrl, settings },
    { entry: options.entry, profileFolder: options.profileFolder },
  );
  using line = await HttpLine.open(side.port);

  const outcomes: Outcome[] = [];
  for (const attempt of options.attempts ?? allAttempts) {
    const answers = new Map(attempt.kinds.map((kind): [Kind, HttpAnswer[]] => [kind, []]));
    for (let round = -Math.min(mostWarmUps, options.rounds); round < options.rounds; round += 1) {
      options.tell(`${database}: ${attempt.procedure}, ${Math.max(round, 0)} of ${options.rounds}`);
      for (const kind of shuffle(attempt.kinds)) {
        const answer = await line.mutate(attempt.procedure, attempt.input(kind, subjects));
        if (answer.status === 404) throw new Error(`There is no ${attempt.procedure}: ${answer.body}`);
        if (round >= 0) answers.get(kind)?.push(answer);
      }
    }
    outcomes.push({ database, procedure: attempt.procedure, answers });
  }
  return outcomes;
}

async function createSubjects(databaseUrl: string): Promise<Subjects> {
  const [known, unverified, inactive, passwordLess] = await createBenchAccounts(databaseUrl, 4);
  if (!known || !unverified || !inactive || !passwordLess) throw new Error("Four accounts were asked for.");
  await changeAccount(databaseUrl, unverified.userId, { emailVerifiedAt: null });
  await changeAccount(databaseUrl, inactive.userId, { isActive: false });
  await changeAccount(databaseUrl, passwordLess.userId, { passwordHash: null });
  const unknown = { username: "user99999", email: "user99999@example.test" };
  return { unknown, known, unverified, inactive, "password-less": passwordLess };
}

/** In another order each time, so that none always follows the same one. */
function shuffle<Value>(values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

function report(outcomes: readonly Outcome[], rounds: number): Report {
  const rows = outcomes.flatMap(({ database, procedure, answers }) => {
    const toUnknown = answers.get("unknown") ?? [];
    return [...answers].map(([kind, own]) => {
      const { medianMs, apart, p, isSameAnswer, isIndistinguishable } = compare(own, toUnknown);
      const label = `${database}: ${procedure}, ${kind}`;
      if (kind === "unknown") return [label, medianMs, null, null, null, null];
      return [label, medianMs, apart * 100, p, isSameAnswer ? "yes" : "no", isIndistinguishable ? "yes" : "NO"];
    });
  });
  return {
    tables: [
      {
        title: "What an answer tells about an account, beside that to an unknown one",
        columns: ["", "median, ms", "apart, %", "p", "same answer", "tells nothing"],
        rows,
      },
    ],
    notes: [
      `The server is what \`pnpm build\` makes. ${rounds} samples of each, in turns and in an order by chance, over one connection; status, headers and body are compared as well.`,
      `Told apart: another answer, medians more than ${mostApart * 100} % apart, or p (Mann–Whitney) at most ${leastLikely}. Of a hundred comparisons without a difference one is told apart by chance.`,
    ],
    figures: outcomes.map(({ database, procedure, answers }) => ({
      database,
      procedure,
      ms: Object.fromEntries([...answers].map(([kind, own]) => [kind, own.map(({ ms }) => ms)])),
    })),
  };
}
