import { randomUUID } from "node:crypto";

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
  {
    // The username is always new: that one is taken is told. The address is what must not be.
    procedure: "auth.register",
    kinds: ["unknown", "known", "unverified", "inactive", "password-less"],
    input: (kind, subjects) => {
      const username = `new-${randomUUID()}`;
      const email = kind === "unknown" ? `${username}@example.test` : subjects[kind].email;
      return { username, email, password: wrongPassword };
    },
  },
  {
    procedure: "auth.requestPasswordReset",
    kinds: ["unknown", "known", "inactive", "password-less"],
    input: (kind, subjects) => ({ email: subjects[kind].email }),
  },
  {
    procedure: "auth.resendVerification",
    kinds: ["unknown", "known", "unverified", "inactive", "password-less"],
    input: (kind, subjects) => ({ email: subjects[kind].email }),
  },
];
