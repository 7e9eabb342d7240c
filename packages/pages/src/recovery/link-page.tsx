import type { ReactNode } from "react";

import { useUser } from "@countersign/react";

import { EntryPage } from "../entry/entry-page.tsx";
import { useSlots } from "../entry/use-slots.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button, buttonClass } from "../primitives/button.tsx";
import { Link } from "../primitives/link.tsx";
import { Notice } from "../primitives/notice.tsx";
import type { EntrySlots } from "../provider/page-slots.ts";
import { usePages } from "../provider/pages-context.ts";

import { NoReferrer } from "./no-referrer.tsx";
import { useLinkConfirmation, type LinkConfirmation, type LinkPurpose } from "./use-link-confirmation.ts";

export interface LinkPageProps extends EntrySlots {
  readonly purpose: LinkPurpose;
  readonly texts: LinkTexts;
  /** The ways on, once it is done. */
  readonly afterwards: ReactNode;
  /** In place of the press, where there is no link to use. */
  readonly withoutLink: { readonly title: string; readonly content: ReactNode };
}

export interface LinkTexts {
  readonly title: string;
  readonly lead: string;
  readonly submit: string;
  readonly submitting: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly invalidTitle: string;
  readonly invalidText: string;
}

/** Where a mailed link leads that only wants a press. */
export function LinkPage({ purpose, texts, afterwards, withoutLink, ...props }: LinkPageProps) {
  const slots = useSlots(purpose, props);
  const link = useLinkConfirmation(purpose);
  const titles = {
    missing: withoutLink.title,
    ready: texts.title,
    done: texts.doneTitle,
    invalid: texts.invalidTitle,
  };

  return (
    <EntryPage title={titles[link.stage]} isReady foot={slots.foot}>
      <NoReferrer />
      {link.stage === "ready" && (
        <>
          {slots.beforeForm}
          <Press link={link} texts={texts} />
          {slots.afterForm}
        </>
      )}
      {link.stage === "done" && (
        <>
          <p className="cs-entry__text" role="status">
            {texts.doneText}
          </p>
          {afterwards}
        </>
      )}
      {link.stage === "invalid" && (
        <p className="cs-entry__text" role="status">
          {texts.invalidText}
        </p>
      )}
      {(link.stage === "invalid" || link.stage === "missing") && withoutLink.content}
    </EntryPage>
  );
}

function Press({ link, texts }: { readonly link: LinkConfirmation; readonly texts: LinkTexts }) {
  const { messages, routes } = usePages();
  const present = useUser((user) => user.username);
  const { about } = link;
  // The server refuses it, and the link would be used up.
  const takesFromPresent = about.status === "known" && about.takenFrom !== null && about.takenFrom === present;

  return (
    <>
      <FormFailure failure={link.failure} />
      {about.status === "known" && <p className="cs-entry__text">{messages.link.account(about.username)}</p>}
      {takesFromPresent && <Notice tone="danger">{messages.link.ownAddress(present ?? "")}</Notice>}
      {about.status === "known" && about.takenFrom !== null && !takesFromPresent && (
        <Notice>{messages.link.takes(about.takenFrom, about.email)}</Notice>
      )}
      {about.status === "known" && about.mustSignIn && (
        <>
          <Notice>{messages.link.signInFirst(about.username)}</Notice>
          <Link to={routes.login} className={buttonClass({ variant: "primary", isWide: true })}>
            {messages.verify.login}
          </Link>
        </>
      )}
      {!takesFromPresent && !(about.status === "known" && about.mustSignIn) && (
        <PressButton link={link} texts={texts} />
      )}
    </>
  );
}

function PressButton({ link, texts }: { readonly link: LinkConfirmation; readonly texts: LinkTexts }) {
  return (
    <>
      <p className="cs-entry__text">{texts.lead}</p>
      <Button variant="primary" isWide isBusy={link.isBusy} onClick={link.confirm}>
        {link.isBusy ? texts.submitting : texts.submit}
      </Button>
    </>
  );
}
