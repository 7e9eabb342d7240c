import { defaultSettings, type Settings } from "@countersign/contract";

import { prefixOf } from "../environment/oidc-choice.ts";

import type { Check, Named } from "./check.ts";

const day = 86_400;

/** Accounts, sessions and mails. */
export const accountChecks: readonly Check[] = [
  {
    id: "lease-long",
    severity: "warning",
    about: "What the bus and the database's notices miss is noticed late.",
    setting: "LEASE_SECONDS",
    find: ({ environment: { settings } }) =>
      settings.LEASE_SECONDS > 30 && settings.LEASE_SECONDS <= 60
        ? `When the bus is down, a session that has ended may be used for ${settings.LEASE_SECONDS} s.`
        : null,
    cure: "Write at most 30.",
  },
  {
    id: "lease-endless",
    severity: "error",
    about: "What the bus and the database's notices miss is noticed after more than a minute.",
    setting: "LEASE_SECONDS",
    find: ({ environment: { settings } }) =>
      settings.LEASE_SECONDS > 60
        ? `When the bus is down, a session that has ended may be used for ${settings.LEASE_SECONDS} s.`
        : null,
    cure: "Write at most 30.",
  },
  {
    id: "session-long",
    severity: "notice",
    about: "Sessions last for very long.",
    setting: null,
    find: ({ environment: { settings } }) =>
      beyond(
        settings,
        { SESSION_IDLE_SECONDS: 60 * day, SESSION_ABSOLUTE_SECONDS: 180 * day },
        "Sessions last very long",
      ),
    cure: "Write less, unless whoever finds a device may be its owner for that long.",
  },
  {
    id: "fresh-long",
    severity: "warning",
    about: "Sensitive actions do not ask for the password for long.",
    setting: "SESSION_FRESH_SECONDS",
    find: ({ environment: { settings } }) =>
      settings.SESSION_FRESH_SECONDS > 3600
        ? "Whoever finds an open page can change the password or the address that long after sign-in."
        : null,
    cure: "Write at most 3600.",
  },
  {
    id: "reset-link-long",
    severity: "warning",
    about: "A mailed link to a new password works for long.",
    setting: "RESET_SECONDS",
    find: ({ environment: { settings } }) =>
      settings.RESET_SECONDS > day ? "Whoever finds an old mail can take the account over." : null,
    cure: `Write at most ${day}.`,
  },
  {
    id: "revert-link-short",
    severity: "warning",
    about: "Whoever lost an account to somebody who changed its address has less than a day to take it back.",
    setting: "EMAIL_REVERT_SECONDS",
    find: ({ environment: { settings } }) =>
      settings.EMAIL_REVERT_SECONDS < day
        ? "Few read their mail that soon: an account whose address a thief has changed is lost."
        : null,
    cure: `Write at least ${day}.`,
  },
  {
    id: "guesses-many",
    severity: "warning",
    about: "More than 2,000 passwords an hour may be tried at one account.",
    setting: null,
    find({ environment: { settings } }) {
      const { LOGIN_ATTEMPTS, LOGIN_WINDOW_SECONDS } = settings;
      const perHour = Math.round((LOGIN_ATTEMPTS * 3600) / LOGIN_WINDOW_SECONDS);
      if (perHour <= 2000) return null;
      return `LOGIN_ATTEMPTS in LOGIN_WINDOW_SECONDS let ${perHour} passwords an hour be tried at one account.`;
    },
    cure: "Leave both out: 10 in 180 seconds.",
  },
  {
    id: "password-short",
    severity: "warning",
    about: "Passwords may be shorter than 8 characters.",
    setting: "PASSWORD_MIN_LENGTH",
    find: ({ environment: { settings } }) =>
      settings.PASSWORD_MIN_LENGTH < 8 ? `Passwords of ${settings.PASSWORD_MIN_LENGTH} characters are accepted.` : null,
    cure: "Write at least 8 (NIST SP 800-63B), 15 where it is the only factor.",
  },
  {
    id: "sign-up-open",
    severity: "notice",
    about: "Anybody may make accounts, with addresses that are not theirs.",
    setting: "SIGN_UP",
    find: ({ environment: { settings } }) =>
      settings.SIGN_UP && settings.EMAIL_VERIFICATION === "off"
        ? "Anybody may make accounts, and addresses are not confirmed."
        : null,
    cure: "Write SIGN_UP=false if you make the accounts, or EMAIL_VERIFICATION=required.",
  },
  {
    id: "mail-printed",
    severity: "warning",
    about: "Mails are printed, with the links that open accounts.",
    setting: "MAIL",
    find: ({ environment: { mail } }) =>
      mail.kind === "console" ? "console prints mails with their links: whoever reads the log can use them." : null,
    cure: "Set SMTP_URL, or MAIL=off.",
  },
  {
    id: "mail-missing",
    severity: "warning",
    about: "No mail is sent, and nobody said that this is meant.",
    setting: "SMTP_URL",
    find: ({ environment: { mail, written } }) =>
      mail.kind === "off" && !written.has("MAIL")
        ? "It is not set, so no mail is sent: nobody can replace a forgotten password."
        : null,
    cure: "Set it, or MAIL=off if that is meant.",
  },
  {
    id: "site-name-default",
    severity: "notice",
    about: "Mails call the site by the library's name.",
    setting: "SITE_NAME",
    find: ({ environment: { mail, settings } }) =>
      mail.kind === "smtp" && settings.SITE_NAME === defaultSettings.SITE_NAME
        ? `Mails call the site "${settings.SITE_NAME}".`
        : null,
    cure: "Write what people call it.",
  },
  {
    id: "oidc-keys-missing",
    severity: "error",
    about: "What is kept of identity providers is encrypted with a key that ends with the process.",
    setting: "OIDC_KEYS",
    find: ({ environment: { oidc } }) =>
      oidc.providers.length > 0 && oidc.keys.length === 0
        ? "There are identity providers and no key for their tokens: other servers, and this one after a restart, cannot read them."
        : null,
    cure: "Write what `openssl rand -base64 32` prints, the same for all servers.",
  },
  {
    id: "oidc-keys-weak",
    severity: "error",
    about: "What is kept of identity providers is encrypted with a key that somebody made up, of few signs.",
    setting: "OIDC_KEYS",
    // The first one encrypts; those behind it are still needed to read what is older.
    find: ({ environment: { oidc } }) =>
      oidc.providers.length > 0 && oidc.keys[0] !== undefined && new Set(oidc.keys[0]).size < fewestBytes
        ? "The first key is one that can be guessed: whoever gets a copy of the database can read the tokens in it."
        : null,
    cure: "Put what `openssl rand -base64 32` prints before it.",
  },
  {
    id: "oidc-link-trusted",
    severity: "warning",
    about: "An identity provider's word about an address opens the account that has it here.",
    setting: null,
    find: ({ environment: { oidc } }) =>
      ofProviders(
        oidc.providers.filter(({ linkByEmail }) => linkByEmail === "trust"),
        "LINK_BY_EMAIL",
        "Whoever is in charge of the provider can sign in to every account with a verified address.",
      ),
    cure: "Write ask, unless the provider is your own and gives addresses out itself.",
  },
  {
    id: "oidc-private",
    severity: "notice",
    about: "An identity provider may be at an address within private networks.",
    setting: null,
    find: ({ environment: { oidc } }) =>
      ofProviders(
        oidc.providers.filter(({ allowPrivate }) => allowPrivate),
        "ALLOW_PRIVATE",
        "Calls to this provider may go to private addresses.",
      ),
    cure: "Leave it out, unless the provider is there.",
  },
  {
    id: "audit-short",
    severity: "notice",
    about: "What happened to accounts is forgotten soon.",
    setting: "AUDIT_DAYS",
    find: ({ environment: { settings } }) =>
      settings.AUDIT_DAYS < 30 ? "A break-in is often noticed later than that." : null,
    cure: "Write at least 30.",
  },
];

function ofProviders(providers: readonly { readonly name: string }[], part: string, what: string): readonly Named[] {
  return providers.map(({ name }) => ({ setting: `${prefixOf(name)}_${part}`, what }));
}

function beyond(
  settings: Settings,
  bounds: Readonly<Partial<Record<keyof Settings, number>>>,
  what: string,
): readonly Named[] {
  return Object.entries(bounds)
    .filter(([name, most]) => Number(settings[name as keyof Settings]) > most)
    .map(([setting, most]) => ({ setting, what: `${what}: more than ${most / day} days.` }));
}

/** How many different ones a key has at least: of 32 random bytes nearly all differ, and 32 hexadecimal digits have about 14. */
const fewestBytes = 10;
