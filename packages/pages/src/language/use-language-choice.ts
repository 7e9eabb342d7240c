import { useCallback, useMemo, useState, useSyncExternalStore } from "react";

import type { SnapshotState } from "@countersign/client";
import { useSessionClient, useSnapshot } from "@countersign/react";

import { chooseLanguage, type Choice, type Languages } from "./choose-language.ts";
import { readRememberedLanguage, rememberLanguage } from "./remembered-language.ts";

export interface LanguageChoice extends Choice {
  readonly languages: Languages;
  /** The tag that was chosen; null for as the browser says. */
  readonly chosen: string | null;
  /** What would be shown if nothing were chosen. */
  readonly automatic: Choice;
  /** Shows another language at once, and keeps the choice: in this browser, and for a user on the account. */
  readonly choose: (tag: string | null) => Promise<void>;
}

/**
 * The language to show: what the app decided, else what the user chose on their account, else what was chosen in this
 * browser, else what the browser asks for.
 */
export function useLanguageChoice(languages: Languages, decided: string | null): LanguageChoice {
  const client = useSessionClient();
  const account = useSnapshot(readAccount);
  const wishes = useSyncExternalStore(subscribeToWishes, readWishes, () => "");
  const [remembered, setRemembered] = useState(readRememberedLanguage);
  // What was just chosen is shown before the account says so.
  const [pending, setPending] = useState<{ readonly tag: string | null; readonly account: string } | null>(null);

  const accountTag = account === unknownAccount ? null : account.slice(1) || null;
  const isPending = pending !== null && pending.account === account;
  const chosen = isPending ? pending.tag : (accountTag ?? remembered);
  const choose = useCallback(
    async (tag: string | null) => {
      setPending({ tag, account });
      setRemembered(tag);
      rememberLanguage(tag);
      if (account !== unknownAccount) await client.account.updateProfile({ locale: tag });
    },
    [client, account],
  );

  return useMemo(() => {
    const wanted = wishes.split(",");
    const choice = chooseLanguage(languages, decided === null ? [chosen, ...wanted] : [decided]);
    return { ...choice, languages, chosen, automatic: chooseLanguage(languages, wanted), choose };
  }, [languages, decided, chosen, wishes, choose]);
}

const unknownAccount = "";

/** `+ar`, or `+` for none chosen; empty while nobody is known to be signed in. A text, so that it is compared as one. */
function readAccount(snapshot: SnapshotState): string {
  return snapshot.status === "ready" && snapshot.user.isAuthenticated
    ? `+${snapshot.user.locale ?? ""}`
    : unknownAccount;
}

function subscribeToWishes(listener: () => void): () => void {
  addEventListener("languagechange", listener);
  return () => removeEventListener("languagechange", listener);
}

function readWishes(): string {
  return navigator.languages.join(",");
}
