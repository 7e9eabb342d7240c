import { findNameFault } from "../account/readable-name.ts";

import { arabic } from "./arabic.ts";
import { english } from "./english.ts";

/** What a mail says, before it has a form. */
export interface MailBody {
  readonly subject: string;
  readonly lines: readonly string[];
  readonly action?: MailAction;
  /** In place of one: the reader is to choose. */
  readonly actions?: readonly MailAction[];
  /** What stands below the link. */
  readonly after?: readonly string[];
}

export interface MailAction {
  readonly label: string;
  readonly url: string;
}

interface Link {
  readonly url: string;
  readonly lifetimeSeconds: number;
}

/**
 * How the address an account has, or had, takes a change of it back: by this link, by one that an earlier address has, or not
 * at all, because nobody ever confirmed that it is the user's.
 */
export type WayBack = Link | "mailed-before" | null;

/**
 * Every mail, in one language. A mail to an address nobody has confirmed yet says next to nothing that a stranger typed:
 * this site would be lending its name to it.
 */
export interface MailTexts {
  /** A BCP 47 tag. */
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  /** To a new account's address, and again when asked for. The name tells whose account it is; see `showableName`. */
  confirmAddress(link: Link & { readonly username: string | null }): MailBody;
  /** The same where several accounts wait for the address, strangers' maybe: with a link for each. */
  confirmAddressOfOne(choice: {
    readonly links: readonly { readonly username: string | null; readonly url: string }[];
    readonly lifetimeSeconds: number;
  }): MailBody;
  /** Somebody wanted an account with, or a change to, an address that an account has already. */
  addressInUse(urls: { readonly signInUrl: string }): MailBody;
  resetPassword(link: Link): MailBody;
  /** A reset was asked for, by or for someone who signs in elsewhere. */
  noPasswordHere(urls: { readonly signInUrl: string }): MailBody;
  /** With the providers that open the account beside it, each with the day it was connected, and those that did until then. */
  passwordChanged(told: {
    readonly resetUrl: string;
    readonly providers: readonly string[];
    readonly removed: readonly string[];
  }): MailBody;
  /** A provider's account opens theirs from now on. The label is the site's own word for the provider. */
  identityLinked(told: { readonly provider: string; readonly accountUrl: string }): MailBody;
  /** It does no more. */
  identityUnlinked(told: { readonly provider: string; readonly accountUrl: string }): MailBody;
  /** The same, when it was done for them. */
  identityRemovedByAdmin(told: { readonly provider: string }): MailBody;
  /** To the address an account is to have. The name tells which account that is; see `showableName`. */
  confirmNewAddress(link: Link & { readonly username: string | null }): MailBody;
  /** To the address an account has, when another one was asked for. */
  addressChangeAsked(wayBack: WayBack): MailBody;
  /** To the address an account had. */
  addressChanged(wayBack: WayBack): MailBody;
  /** To an address that went from one account, which never confirmed it, to another: with the way back for who is in the first. */
  addressMoved(link: Link & { readonly before: string | null; readonly after: string | null }): MailBody;
  /** To the address an account had until the change to it was taken back. */
  addressRemoved(): MailBody;
  /** To the address an account had, when it was changed for them; without a link when there is no way back. */
  addressChangedByAdmin(link: Link | null): MailBody;
  /** After the change of an address was taken back: how to get a new password. */
  addressRestored(link: Link): MailBody;
}

type WriteTexts = (site: string) => MailTexts;

const languages: Readonly<Record<string, WriteTexts>> = { en: english, ar: arabic };

/** The texts for a reader's language tag; English where there are none. */
export function findMailTexts(locale: string | null, site: string): MailTexts {
  const language = locale?.split("-", 1)[0]?.toLowerCase() ?? "";
  const write = Object.hasOwn(languages, language) ? languages[language] : undefined;
  return (write ?? english)(site);
}

/**
 * The username, if it can stand in a mail to somebody who may never have heard of this site: letters and digits, nothing
 * that a mail program makes a link of, or that reads like a sentence; and nothing that looks like the name of somebody else.
 * The rules for new usernames are wider, and names may be older than the rules.
 */
export function showableName(username: string): string | null {
  const isPlain = /^[\p{L}\p{N}_-]{1,32}$/u.test(username) && findNameFault(username) === null;
  return isPlain && !latinLookalike.test(username) ? username : null;
}

/**
 * Names of Cyrillic or Greek letters that can all be taken for Latin ones, as browsers tell them in the names of sites. Some are
 * people's names as well, so they are refused in mails only.
 */
const latinLookalike =
  /^(?=.*[\p{scx=Cyrillic}\p{scx=Greek}])[аАВеЕЗкКмМНоОрРсСТтуУхХвгѕЅіІјЈһҺԁԛԝӏьъпΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχω\d_-]+$/u;
