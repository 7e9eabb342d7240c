import { type AccessLog, type Database, type MaybePromise, withoutPatience } from "@countersign/db";

import type { Clock } from "../clock.ts";

import type { Principal } from "./principal.ts";
import type { Wait } from "./session-engine.ts";
import { isWithinLimits } from "./session-limits.ts";

type ReadPrincipal = (tokenHash: string) => Promise<Principal | null>;
type Questions = Map<string, PromiseWithResolvers<Principal | null>>;

/** A user and what the user may do: the part of a principal that all sessions of one user share. */
export type Person = Omit<Principal, "session">;

/** So many who ask are answered together; the first ones do not wait for the rest of a crowd. */
const batchSize = 16;
/** How many principals are kept. Beyond it those read first are forgotten, and read again when needed. */
const defaultCapacity = 10_000;

/**
 * Validates as `read` does, at a fraction of the cost where the database can tell whether anything was committed, and what of
 * that concerns whom (SQLite): a principal that was read and did not change is what would be read again, and asking the
 * database that is as strict as reading. Who has changed is forgotten: a session, or the person on all its sessions.
 *
 * Those who ask in one turn of the event loop are answered together, by the database as it is after they asked: never by
 * one, and never by a reading, from before.
 */
export function keepWhileUnchanged(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly read: ReadPrincipal;
  /** The same for the person alone; null when there is none, or none who may sign in. */
  readonly readPerson: (userId: string) => MaybePromise<Person | null>;
  /** Somebody has changed, or (null) nobody knows who. */
  readonly onChange?: (userId: string | null) => void;
  readonly capacity?: number;
}): (tokenHash: string, wait?: Wait) => Promise<Principal | null> {
  const { db, clock, read, readPerson, onChange, capacity = defaultCapacity } = options;
  const { dataVersion } = db;
  if (dataVersion === null) return (tokenHash) => read(tokenHash);
  const readVersion = dataVersion;
  const readLog: AccessLog = db.followAccess?.() ?? (() => null);
  const kept = new Map<string, Principal>();
  /** The persons of those kept, as they are now. One who is missing has changed. */
  const persons = new Map<string, Person>();
  let keptVersion: number | null = null;

  function answer(questions: Questions): void {
    try {
      const version = forgetChanged();
      for (const [tokenHash, { resolve }] of questions) resolve(findKept(tokenHash) ?? readAndKeep(tokenHash, version));
    } catch (error) {
      for (const { reject } of questions.values()) reject(error);
    }
  }

  /** What is kept after this is what would be read now. */
  function forgetChanged(): number | null {
    const version = readVersion();
    if (version !== null && version === keptVersion) return version;
    // After the version was read: what is committed between the two is found here, and once more the next time.
    const changes = version === null ? null : readLog();
    if (changes === null) {
      kept.clear();
      persons.clear();
      onChange?.(null);
    } else {
      for (const change of changes) {
        if ("userId" in change) forgetPerson(change.userId);
        else kept.delete(change.tokenHash);
      }
    }
    keptVersion = version;
    return version;
  }

  function forgetPerson(userId: string): void {
    persons.delete(userId);
    onChange?.(userId);
  }

  function findKept(tokenHash: string): Principal | null {
    const principal = kept.get(tokenHash);
    // Nothing is written down when a session ends by the clock.
    if (principal === undefined || !isWithinLimits(principal.session, clock.now())) return null;
    const person = findPerson(principal.user.id);
    if (person === null || person.user === principal.user) return person && principal;
    const present = { ...person, session: principal.session };
    kept.set(tokenHash, present);
    return present;
  }

  function findPerson(userId: string): Person | null {
    const known = persons.get(userId);
    if (known) return known;
    const person = readPerson(userId);
    // To be waited for, or nobody any more: the session is read as if it were not kept.
    if (person === null || person instanceof Promise) return null;
    keepPerson(person);
    return person;
  }

  async function readAndKeep(tokenHash: string, version: number | null): Promise<Principal | null> {
    kept.delete(tokenHash);
    const principal = await read(tokenHash);
    // Read after the version was: if anything was committed in between, the next version is another one.
    if (principal === null || version === null || version !== keptVersion) return principal;
    const { session, ...person } = principal;
    const known = persons.get(person.user.id);
    // One person is one object, by which it is seen that a principal is up to date.
    const isKnown = known !== undefined && known.user.version === person.user.version;
    if (!isKnown) keepPerson(person);
    kept.set(tokenHash, isKnown ? { ...known, session } : principal);
    const [oldest] = kept.size > capacity ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return principal;
  }

  function keepPerson(person: Person): void {
    persons.set(person.user.id, person);
    const [oldest] = persons.size > capacity ? persons.keys() : [];
    if (oldest !== undefined) persons.delete(oldest);
  }

  const askInTurn = createBatch(answer, (due) => setImmediate(due));
  // After all that is ready to run has run, and before the event loop goes on.
  const askInTick = createBatch(answer, (due) => process.nextTick(due));
  return (tokenHash, wait = "turn") => (wait === "turn" ? askInTurn(tokenHash) : askInTick(tokenHash));
}

/** Gathers questions until they are due, or a batch of them is full. */
function createBatch(answer: (questions: Questions) => void, schedule: (due: () => void) => void): ReadPrincipal {
  let asked: Questions | null = null;
  let waiting = 0;
  let isScheduled = false;

  function answerAll(): void {
    const questions = asked;
    // From here on a new batch begins.
    asked = null;
    waiting = 0;
    // For all who ask: it is not to end with the patience of the first.
    if (questions !== null) withoutPatience(() => answer(questions));
  }

  function whenDue(): void {
    isScheduled = false;
    answerAll();
  }

  return (tokenHash) => {
    asked ??= new Map();
    let question = asked.get(tokenHash);
    if (!question) {
      question = Promise.withResolvers();
      asked.set(tokenHash, question);
    }
    waiting += 1;
    if (waiting >= batchSize) answerAll();
    else if (!isScheduled) {
      isScheduled = true;
      schedule(whenDue);
    }
    return question.promise;
  };
}
