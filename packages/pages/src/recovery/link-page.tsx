import type { ReactNode } from "react";

import { EntryPage } from "../entry/entry-page.tsx";
import { useSlots } from "../entry/use-slots.ts";
import { FormFailure } from "../form/form-failure.tsx";
import { Button } from "../primitives/button.tsx";
import type { EntrySlots } from "../provider/page-slots.ts";

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
  return (
    <>
      <FormFailure failure={link.failure} />
      <p className="cs-entry__text">{texts.lead}</p>
      <Button variant="primary" isWide isBusy={link.isBusy} onClick={link.confirm}>
        {link.isBusy ? texts.submitting : texts.submit}
      </Button>
    </>
  );
}
