import { monotonicMs } from "../monotonic-clock.ts";
import { type BenchAccount, benchPassword } from "../sides/countersign-accounts.ts";
import { HttpLine } from "../wire/http-line.ts";

/** How a flood of sign-ins went. */
export interface LoginFlood {
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** How long each sign-in waited for its answer. */
  readonly ms: readonly number[];
}

/**
 * Signs all of them in at the same moment, each over a connection of its own that is open already.
 *
 * @throws when one is not signed in
 */
export async function floodLogins(port: number, accounts: readonly BenchAccount[]): Promise<LoginFlood> {
  using lines = new DisposableStack();
  const open = await Promise.all(accounts.map(() => HttpLine.open(port)));
  for (const line of open) lines.use(line);

  const startedAt = monotonicMs();
  const answers = await Promise.all(
    open.map((line, index) => line.mutate("auth.login", { login: accounts[index]?.username, password: benchPassword })),
  );
  const seconds = (monotonicMs() - startedAt) / 1000;
  for (const { status, headers, body } of answers) {
    const isSignedIn = status === 200 && headers.some(([name]) => name === "set-cookie");
    if (!isSignedIn) throw new Error(`A sign-in was answered with ${status}: ${body}`);
  }
  return { seconds, ms: answers.map(({ ms }) => ms) };
}
