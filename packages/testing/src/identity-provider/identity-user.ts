/** Somebody who can sign in at the provider. */
export interface IdentityUser {
  /** Who to click on at the sign-in page; `preferred_username` of the claims. */
  readonly name: string;
  /** What the app knows them by (`sub`). Their name, when it is left out. */
  readonly subject?: string;
  /** `name` of the claims; the parts before and after its last space are `given_name` and `family_name`. */
  readonly fullName?: string;
  /** `<name>@example.com`, when it is left out. Null: the provider tells none. */
  readonly email?: string | null;
  /** True, when it is left out. Null: the provider does not say. */
  readonly emailVerified?: boolean | null;
  readonly groups?: readonly string[];
  /** More claims, and others than those above: `{ email_verified: "false" }`. Only `sub` stays. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export function subjectOf({ subject, name }: IdentityUser): string {
  return subject ?? name;
}

/** What the provider says of them. */
export function claimsOf(user: IdentityUser): Record<string, unknown> & { sub: string } {
  const { name, fullName = name, email = `${name}@example.com`, emailVerified = true, groups, claims } = user;
  const [, given = fullName, family] = /^(.+) (\S+)$/.exec(fullName) ?? [];
  return {
    preferred_username: name,
    name: fullName,
    given_name: given,
    ...(family === undefined ? {} : { family_name: family }),
    ...(email === null ? {} : { email }),
    ...(email === null || emailVerified === null ? {} : { email_verified: emailVerified }),
    ...(groups ? { groups: [...groups] } : {}),
    ...claims,
    sub: subjectOf(user),
  };
}
