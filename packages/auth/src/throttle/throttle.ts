import type { Settings } from "@countersign/contract";

import { addressKey } from "./address-key.ts";
import type { AttemptStore } from "./attempt-store.ts";
import { limitKey } from "./limit-key.ts";
import type { AttemptLimit, Limited, Place, Windows } from "./windows.ts";

/** An attempt that may go on. It counts against the next ones unless it is ended as one that should not. */
export interface Admitted {
  readonly status: "admitted";
  /** It tells nothing about the one who guesses (no room in the queue, the database away), so it does not count. */
  cancelled(): void;
}

/** A guess that may be made. It counts as a failure until it is ended. */
export interface Guess extends Admitted {
  /**
   * It was right, and is counted no more. `accounts` are the names that are the user's for certain: from here they are known,
   * and their counts start anew.
   */
  succeeded(accounts: readonly string[]): void;
}

/** The same for the password of someone who is signed in. */
export interface Confirmation extends Admitted {
  succeeded(): void;
}

/**
 * Limits on guessing, and on what costs others something. Failures count by account, wherever they come from, and by
 * address, whichever account they aim at.
 *
 * Nobody can lock a user out for ever: a count ends with its window, refused attempts do not prolong it, and an address
 * from which the account signed in before is held to a count of its own.
 */
export interface Throttle {
  /** `account` is the name as typed, normalised. Counting by the user found would tell which names are one user's. */
  admitLogin(account: string, ip: string | null): Promise<Guess | Limited>;
  /** Registrations count whether they succeed or not: each tells whether a name is taken. */
  admitRegistration(ip: string | null): Promise<Guess | Limited>;
  /** A signed-in user's present password is asked for: by step-up, before a change of password, before deletion. */
  admitStepUp(userId: string, ip: string | null): Promise<Confirmation | Limited>;
  /** A mail with a link to a new password is asked for. Counts by the name as typed, whether it is anyone's or not. */
  admitReset(account: string, ip: string | null): Promise<Admitted | Limited>;
  /** The mail that confirms an address is asked for again. Counts like a reset. */
  admitVerification(account: string, ip: string | null): Promise<Admitted | Limited>;
  /** A signed-in user has a mail sent to a new address. */
  admitEmailChange(userId: string, ip: string | null): Promise<Admitted | Limited>;
  /**
   * A mail is about to be written to this address. Limits the address, by the kind of the mail, and all mails together; a
   * `reminder` also those from where it is asked for.
   */
  admitMail(kind: MailKind, email: string, ip?: string | null): Promise<Admitted | Limited>;
  /** A user who may not sign in before the address is confirmed gets another link: once within the window of sign-ins. */
  admitReminder(userId: string): Promise<Admitted | Limited>;
  /** A mailed link is used. Ends as succeeded when it was a good one: its user may sign in at once. */
  admitLink(ip: string | null): Promise<Guess | Limited>;
  /** Somebody is about to be sent to an identity provider: each leaves something to be kept. */
  admitProviderStart(ip: string | null): Promise<Admitted | Limited>;
  /** Somebody comes back from one with what belongs to nothing here. What belongs to a visit is not asked about. */
  admitProviderReturn(ip: string | null): Promise<Admitted | Limited>;
  /**
   * A provider, or who pretends to be one, signs somebody out. What is plausible costs the look at a signature, and is counted
   * apart from what is not.
   */
  admitProviderLogout(ip: string | null, token: { readonly isPlausible: boolean }): Promise<Admitted | Limited>;
  /** Resolves when what nobody waited for is written. */
  flush(): Promise<void>;
  /** Forgets counts that are over. Returns how many. */
  prune(): Promise<number>;
}

/**
 * Mails, by who causes them. Each kind has a count of its own at an address: what strangers have sent there keeps nothing
 * from its owner.
 *
 * `change`, `verify`: by whoever typed the address, which may be anybody's. `reminder`: to confirm it, by who has just given
 * the password of an account with it. `reset`: for a new password. `reset-by-admin`: the same,
 * sent by somebody with the right to do so. `notice`: what was
 * done to the account of somebody who has confirmed the address, and `unconfirmed-notice` where nobody has. `way-back`: a
 * notice with the link that undoes it, which is never held back.
 */
export type MailKind =
  | "change"
  | "notice"
  | "reminder"
  | "reset"
  | "reset-by-admin"
  | "unconfirmed-notice"
  | "verify"
  | "way-back";

type ThrottleSettings = Pick<
  Settings,
  "LOGIN_ATTEMPTS" | "LOGIN_WINDOW_SECONDS" | "REGISTER_ATTEMPTS" | "MAILS_PER_ADDRESS" | "MAILS_PER_HOUR"
>;

/** An address may fail this many times as often as an account: many people can stand behind one. */
const accountsPerAddress = 10;
/**
 * Windows of an account that may be filled before the wait is an hour's. No longer: whoever guesses from ever new addresses
 * would lock the user out for as long.
 */
const windowsPerHour = 5;
/** What mails to addresses that anybody can type may fill of all: the rest is left for those to people who have an account. */
const shareToAnybody = 0.8;
/**
 * How many times the usual number of mails an address may get because of right passwords: accounts with a stranger's address
 * have passwords as well, but from one place they fill no more than a part of it.
 */
const reminders = 4;
/** What is no guess is counted more kindly: an office comes back from lunch behind one address, and a provider calls from one. */
const tabsPerAddress = 10;
const hourSeconds = 3600;
const daySeconds = 24 * hourSeconds;

/** How long an address from which an account signed in is known. */
const knownSeconds = 30 * daySeconds;

export function createThrottle(store: AttemptStore, settings: ThrottleSettings): Throttle {
  const perAccount = { attempts: settings.LOGIN_ATTEMPTS, windowSeconds: settings.LOGIN_WINDOW_SECONDS };
  const perAccountAndHour = {
    attempts: windowsPerHour * perAccount.attempts,
    windowSeconds: Math.max(hourSeconds, perAccount.windowSeconds),
  };
  const perAddress = { ...perAccount, attempts: accountsPerAddress * perAccount.attempts };
  const perRegistrar = { attempts: settings.REGISTER_ATTEMPTS, windowSeconds: hourSeconds };
  const ofAllMails = { attempts: settings.MAILS_PER_HOUR, windowSeconds: hourSeconds };
  const ofMailsToAnybody = { ...ofAllMails, attempts: Math.ceil(ofAllMails.attempts * shareToAnybody) };
  const perRecipient = { attempts: settings.MAILS_PER_ADDRESS, windowSeconds: hourSeconds };

  function place(kind: string, limit: AttemptLimit, ...whom: readonly string[]): Place {
    return { ...limit, key: limitKey(kind, ...whom) };
  }

  /** What an account's failures are counted by, from wherever. */
  function ofAccount(account: string): readonly Place[] {
    return [place("account", perAccount, account), place("account-hour", perAccountAndHour, account)];
  }

  function ofMail(kind: MailKind, email: string, ip: string | null): readonly Place[] {
    const perOne = place(`mail-${kind}`, perRecipient, email);
    const mails = place("mails", ofAllMails);
    switch (kind) {
      case "change":
      case "verify":
        return [perOne, place("mails", ofMailsToAnybody)];
      case "reminder": {
        const address = addressKey(ip);
        return [
          { ...perOne, attempts: reminders * perRecipient.attempts },
          place("mail-reminder-from", perRecipient, email, address),
          place("reminder-address", perRegistrar, address),
          place("mails", ofMailsToAnybody),
        ];
      }
      case "unconfirmed-notice":
        return [{ ...perOne, attempts: 1 }, place("mails", ofMailsToAnybody)];
      case "notice":
      case "reset":
      case "reset-by-admin":
        return [perOne, mails];
      case "way-back":
        return [withoutLimit(mails)];
    }
  }

  function ofPair(account: string, address: string): readonly Place[] {
    return [place("pair", perAccount, account, address), place("pair-hour", perAccountAndHour, account, address)];
  }

  /** The account's counts start anew, and the address is known from now on. */
  function succeed(accounts: readonly string[], address: string, taken: readonly Place[] = []): void {
    const counts = accounts.flatMap((account) => [...ofAccount(account), ...ofPair(account, address)]).map(keyOf);
    const known = accounts.map((account) => knownKey(account, address));
    settle([...taken.map(keyOf), ...counts, ...known], (windows) => {
      windows.giveBack(taken.map(keyOf));
      windows.reset(counts);
      for (const key of known) windows.note(key, knownSeconds);
    });
  }

  function giveBack(places: readonly Place[]): void {
    const keys = places.map(keyOf);
    settle(keys, (windows) => windows.giveBack(keys));
  }

  /** Nobody waits for it: the next attempt finds it done. */
  function settle(keys: readonly string[], change: (windows: Windows) => void): void {
    // What cannot be written stays counted, which is on the safe side.
    store.updateSoon(keys, change).catch(() => {});
  }

  /** Counts whatever comes of it. */
  async function admit(places: readonly Place[]): Promise<Admitted | Limited> {
    const limited = await store.update(places.map(keyOf), (windows) => windows.take(places));
    return limited ?? { status: "admitted", cancelled: () => giveBack(places) };
  }

  return {
    async admitLogin(account, ip) {
      const address = addressKey(ip);
      const fromAddress = [place("login", perAddress, address)];
      const anywhere = [...fromAddress, ...ofAccount(account)];
      // What comes from a known address is counted with the account as well, but never refused by that count.
      const knownPlaces = [...fromAddress, ...ofPair(account, address), ...ofAccount(account).map(withoutLimit)];
      const known = knownKey(account, address);

      const { places, limited } = await store.update([...knownPlaces.map(keyOf), known], (windows) => {
        const present = windows.has(known) ? knownPlaces : anywhere;
        return { places: present, limited: windows.take(present) };
      });
      if (limited) return limited;
      return {
        status: "admitted",
        succeeded: (accounts) => succeed(accounts, address, places),
        cancelled: () => giveBack(places),
      };
    },

    async admitRegistration(ip) {
      const address = addressKey(ip);
      const admission = await admit([place("register", perRegistrar, address)]);
      if (admission.status === "limited") return admission;
      return { ...admission, succeeded: (accounts) => succeed(accounts, address) };
    },

    async admitStepUp(userId, ip) {
      const fromAddress = [place("step-up-address", perAddress, addressKey(ip))];
      const ofUser = [place("step-up", perAccount, userId), place("step-up-hour", perAccountAndHour, userId)];
      const admission = await admit([...fromAddress, ...ofUser]);
      if (admission.status === "limited") return admission;
      return {
        ...admission,
        succeeded: () =>
          settle([...fromAddress, ...ofUser].map(keyOf), (windows) => {
            windows.giveBack(fromAddress.map(keyOf));
            windows.reset(ofUser.map(keyOf));
          }),
      };
    },

    admitReset: (account, ip) =>
      admit([place("reset", perRecipient, account), place("reset-address", perRegistrar, addressKey(ip))]),

    admitVerification: (account, ip) =>
      admit([place("verify", perRecipient, account), place("verify-address", perRegistrar, addressKey(ip))]),

    admitEmailChange: (userId, ip) =>
      admit([place("email", perRecipient, userId), place("email-address", perRegistrar, addressKey(ip))]),

    admitMail: (kind, email, ip = null) => admit(ofMail(kind, email, ip)),

    admitReminder: (userId) => admit([place("reminder", { ...perAccount, attempts: 1 }, userId)]),

    async admitLink(ip) {
      const address = addressKey(ip);
      const fromAddress = [place("link", perAddress, address)];
      const admission = await admit(fromAddress);
      if (admission.status === "limited") return admission;
      return { ...admission, succeeded: (accounts) => succeed(accounts, address, fromAddress) };
    },

    admitProviderStart: (ip) =>
      admit([
        place("provider-start", { ...perAddress, attempts: tabsPerAddress * perAddress.attempts }, addressKey(ip)),
      ]),

    admitProviderReturn: (ip) => admit([place("provider-return", perAddress, addressKey(ip))]),

    admitProviderLogout: (ip, { isPlausible }) =>
      admit([
        place(
          isPlausible ? "provider-logout" : "provider-nonsense",
          { ...perAddress, attempts: tabsPerAddress * perAddress.attempts },
          addressKey(ip),
        ),
      ]),

    flush: () => store.flush(),

    prune: () => store.prune(),
  };
}

function knownKey(account: string, address: string): string {
  return limitKey("known", account, address);
}

function keyOf({ key }: Place): string {
  return key;
}

function withoutLimit(place: Place): Place {
  return { ...place, attempts: Number.MAX_SAFE_INTEGER };
}
