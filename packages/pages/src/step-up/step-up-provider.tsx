import { createContext, use, useCallback, useEffect, useRef, useState, type ReactNode } from "react";

import { useSessionClient, useSnapshot, useUser } from "@countersign/react";

import { StepUpDialog } from "./step-up-dialog.tsx";

/** Asks the person to confirm their password; false when they did not. Several at once share one question. */
export type AskStepUp = () => Promise<boolean>;

/**
 * Asks before something is done, rather than after it was refused. Mutations need no such care: the client asks by
 * itself when one is refused with REAUTH, and makes it again.
 */
export function useStepUp(): AskStepUp {
  const ask = use(StepUpContext);
  if (!ask) throw new Error("useStepUp needs a <PagesProvider> above it.");
  return ask;
}

const StepUpContext = createContext<AskStepUp | null>(null);

/** Part of `<PagesProvider>`. */
export function StepUpProvider({ children }: { readonly children: ReactNode }) {
  const client = useSessionClient();
  const userId = useUser((user) => user.id);
  const question = useRef<PromiseWithResolvers<boolean> | null>(null);
  const [askedOf, setAskedOf] = useState<string | null>(null);

  const ask = useCallback<AskStepUp>(() => {
    if (userId === null) return Promise.resolve(false);
    question.current ??= Promise.withResolvers<boolean>();
    setAskedOf(userId);
    return question.current.promise;
  }, [userId]);

  const answer = useCallback((isConfirmed: boolean) => {
    question.current?.resolve(isConfirmed);
    question.current = null;
    setAskedOf(null);
  }, []);

  useEffect(() => client.onReauth(ask), [client, ask]);

  // Confirmed in another tab of this browser: nothing is left to ask.
  const freshUntil = useSnapshot((state) =>
    state.status === "ready" && state.user.isAuthenticated ? (state.user.freshUntil ?? "") : "",
  );
  const seenFreshUntil = useRef(freshUntil);
  useEffect(() => {
    if (freshUntil > seenFreshUntil.current && Date.parse(freshUntil) > Date.now()) answer(true);
    seenFreshUntil.current = freshUntil;
  }, [freshUntil, answer]);

  useEffect(() => {
    if (userId === null) return;
    // Whoever was asked is not here any more.
    return () => answer(false);
  }, [userId, answer]);

  return (
    <StepUpContext value={ask}>
      {children}
      {askedOf !== null && askedOf === userId && <StepUpDialog onAnswer={answer} />}
    </StepUpContext>
  );
}
