import { useState } from "react";

import { useAppMessages } from "../messages/app-messages.ts";

import { AddMember } from "./add-member.tsx";
import { MemberRow } from "./member-row.tsx";
import { useProject } from "./project-context.ts";

/** Who is in a project, and as what. */
export function MembersPage() {
  const { members, mayManage } = useProject();
  const { members: texts } = useAppMessages();
  const [news, setNews] = useState<string | null>(null);
  const managers = members.filter(({ role }) => role === "manager").length;

  return (
    <div className="members">
      {/* Always there, so that what comes into it is read out. */}
      <p className="cs-visually-hidden" role="status">
        {news}
      </p>
      {mayManage && <AddMember onAdded={(name) => setNews(texts.added(name))} />}
      <section className="cs-section" aria-label={texts.title}>
        <p className="cs-muted members__count">{texts.count(members.length)}</p>
        <ul className="cs-list" aria-label={texts.title}>
          {members.map((member) => (
            <li className="cs-row" key={member.id}>
              <MemberRow
                member={member}
                isLastManager={member.role === "manager" && managers === 1}
                onRemoved={(name) => setNews(texts.removed(name))}
              />
            </li>
          ))}
        </ul>
        <dl className="members__roles">
          {(["viewer", "editor", "manager"] as const).map((role) => (
            <div key={role}>
              <dt>{texts.roles[role]}</dt>
              <dd>{texts.rolesHelp[role]}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}
