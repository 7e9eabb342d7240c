import { useId } from "react";

import { ActionNews } from "../form/action-news.tsx";
import { useAction } from "../form/use-action.ts";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useAdminCalls } from "./use-admin-calls.ts";
import type { UserSectionProps } from "./user-page.tsx";

/** Whether somebody has a password, and how they get a new one. */
export function UserPasswordSection({ user }: UserSectionProps) {
  const { adminUser: texts, passwordSection } = usePages().messages;
  const { users } = useAdminCalls();
  const action = useAction();
  const titleId = useId();
  const { email } = user;

  return (
    <section className="cs-section" aria-labelledby={titleId}>
      <div className="cs-section__head">
        <h2 className="cs-section__title" id={titleId}>
          {passwordSection.title}
        </h2>
        {user.$can.sendReset && email && (
          <ConfirmInPlace
            action={texts.sendReset}
            question={texts.sendResetQuestion(email)}
            confirm={texts.sendReset}
            confirming={texts.sending}
            onConfirm={() =>
              action.run(async () => {
                await users.sendReset(user.id);
                return texts.resetSent(email);
              })
            }
          />
        )}
      </div>
      <p className="cs-section__lead">{user.hasPassword ? texts.passwordText : texts.noPassword}</p>
      <ActionNews action={action} />
    </section>
  );
}
