import type { Member } from "../api.ts";

import { nameOf } from "./project.ts";

/** A member as they are called, with the first letter in a circle before it. */
export function Person({ member }: { readonly member: Pick<Member, "username" | "name"> }) {
  const name = nameOf(member);
  return (
    <span className="person">
      {/* Drawn, not written: the letter is no part of the name. */}
      <span
        className="person__letter"
        aria-hidden="true"
        data-letter={(Array.from(name)[0] ?? "").toLocaleUpperCase()}
      />
      <bdi className="person__name">{name}</bdi>
    </span>
  );
}
