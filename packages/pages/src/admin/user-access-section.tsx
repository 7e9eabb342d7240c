import { useId } from "react";

import { ActionNews } from "../form/action-news.tsx";
import { useAction } from "../form/use-action.ts";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useAdminCalls } from "./use-admin-calls.ts";
import type { UserSectionProps } from "./user-page.tsx";

/** What an account may as a whole: sign in, administer, do everything. Each asks before it is changed. */
export function UserAccessSection({ user }: UserSectionProps) {
  const { messages } = usePages();
  const { adminUser: texts, account } = messages;
  const { users } = useAdminCalls();
  const action = useAction();
  const titleId = useId();
  const { id, username, version } = user;

  const flags = [
    {
      name: texts.active,
      text: texts.activeText,
      isOn: user.isActive,
      mayChange: user.$can.setActive,
      set: users.setActive,
    },
    {
      name: account.staff,
      text: texts.staffText,
      isOn: user.isStaff,
      mayChange: user.$can.setStaff,
      set: users.setStaff,
    },
    {
      name: account.superuser,
      text: texts.superuserText,
      isOn: user.isSuperuser,
      mayChange: user.$can.setSuperuser,
      set: users.setSuperuser,
    },
  ];

  return (
    <section className="cs-section" aria-labelledby={titleId}>
      <div className="cs-section__head">
        <h2 className="cs-section__title" id={titleId}>
          {texts.access}
        </h2>
      </div>
      <ActionNews action={action} />
      <ul className="cs-list">
        {flags.map(({ name, text, isOn, mayChange, set }) => {
          const verb = isOn ? texts.takeAway : texts.give;
          return (
            <li className="cs-row" key={name}>
              <div className="cs-row__main">
                <span className="cs-row__title">
                  {name}: {isOn ? texts.yes : texts.no}
                </span>
                <span className="cs-muted">{text}</span>
              </div>
              {mayChange && (
                <ConfirmInPlace
                  action={verb}
                  label={`${name}: ${verb}`}
                  question={isOn ? texts.takeQuestion(name, username) : texts.giveQuestion(name, username)}
                  confirm={verb}
                  confirming={messages.common.saving}
                  onConfirm={() =>
                    action.run(async () => {
                      await set({ id, value: !isOn, version });
                      return texts.saved;
                    })
                  }
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
