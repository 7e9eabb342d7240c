import type { PendingSignIn } from "@countersign/contract";

import { EntryPage } from "../entry/entry-page.tsx";
import { useSlots } from "../entry/use-slots.ts";
import { describeCallError } from "../form/describe-call-error.ts";
import { Button, buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import { Notice } from "../primitives/notice.tsx";
import type { EntrySlots, PageProps } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";
import { CheckMail } from "../recovery/check-mail.tsx";

import { CompleteFields } from "./complete-fields.tsx";
import { ConfirmFields } from "./confirm-fields.tsx";
import { useCompleteForm } from "./use-complete-form.ts";
import { usePendingSignIn, type PendingState } from "./use-pending-sign-in.ts";

/** Where a provider's visit goes on when something is still to be asked: what a new account lacks, or an account's password. */
export function ContinuePage(props: PageProps & EntrySlots) {
  const { messages, routes } = usePages();
  const slots = useSlots("providerContinue", props);
  const state = usePendingSignIn();
  const pending = state.status === "ready" ? state.pending : null;
  const complete = useCompleteForm(state.status === "ready" ? state.id : null, pending);
  const texts = messages.continueSignIn;

  if (complete.outcome?.next === "check_mail") {
    const { email, username } = complete.outcome;
    return (
      <EntryPage
        title={messages.checkMail.title}
        isReady
        foot={<Link to={routes.login}>{messages.checkMail.login}</Link>}
      >
        <CheckMail email={email} username={username} />
      </EntryPage>
    );
  }
  if (complete.outcome?.next === "sign_in") return <Ended title={texts.doneTitle} text={texts.doneText} />;
  if (state.status === "invalid") {
    return <Ended title={messages.providerError.expiredTitle} text={messages.providerError.expired} />;
  }
  if (state.status === "failed") return <Unread {...state} />;

  return (
    <EntryPage title={titleOf(pending, texts)} isReady={state.status === "ready"} foot={slots.foot}>
      {state.status === "ready" && (
        <>
          {slots.beforeForm}
          {state.pending.step === "complete" ? (
            <CompleteFields form={complete} pending={state.pending} id={state.id} />
          ) : (
            <ConfirmFields pending={state.pending} id={state.id} />
          )}
          {slots.afterForm}
        </>
      )}
    </EntryPage>
  );
}

function titleOf(
  pending: PendingSignIn | null,
  texts: { readonly completeTitle: string; readonly confirmTitle: string },
): string {
  return pending?.step === "confirm" ? texts.confirmTitle : texts.completeTitle;
}

function Ended({ title, text }: { readonly title: string; readonly text: string }) {
  const { messages, routes } = usePages();
  return (
    <EntryPage title={title} isReady>
      <p className="cs-entry__text" role="status">
        {text}
      </p>
      <Link to={routes.login} className={buttonClass({ variant: "primary", isWide: true })}>
        {messages.providerError.login}
      </Link>
    </EntryPage>
  );
}

function Unread({ error, retry }: Extract<PendingState, { status: "failed" }>) {
  const { messages, locale } = usePages();
  return (
    <EntryPage title={messages.continueSignIn.completeTitle} isReady>
      <Notice
        tone="danger"
        action={
          <Button size="small" onClick={retry}>
            {messages.common.retry}
          </Button>
        }
      >
        {describeCallError(error, messages, locale)}
      </Notice>
    </EntryPage>
  );
}
