import type { BenchAccount } from "../sides/countersign-accounts.ts";

/** Whose account is tried. */
export type Kind = "unknown" | "known" | "unverified" | "inactive" | "password-less";

/** An account of each kind; the unknown one is nobody's. */
export type Subjects = Readonly<Record<Kind, Pick<BenchAccount, "username" | "email">>>;

/** A call that must not tell which accounts there are. */
export interface Attempt {
  readonly procedure: string;
  /** Each of them is compared with the unknown one. */
  readonly kinds: readonly Kind[];
  input(kind: Kind, subjects: Subjects): unknown;
}

const wrongPassword = "not the password of a benchmark";

export const attempts: readonly Attempt[] = [
  {
    procedure: "auth.login",
    kinds: ["unknown", "known", "unverified", "inactive", "password-less"],
    input: (kind, subjects) => ({ login: subjects[kind].username, password: wrongPassword }),
  },
];
