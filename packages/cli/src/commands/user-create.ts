import { defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { readNewPassword } from "../read-password.ts";

import { describeRank, toJson } from "./account-report.ts";
import { invalid } from "./require-change.ts";

export const userCreate = defineCommand({
  name: "user create",
  summary: "Makes an account. The first superuser of an installation is made with this.",
  details: `The password is asked for, or is the one line of standard input. The account can
be signed in to at once, also where visitors may not sign up.`,
  operands: { usage: "<username>", least: 1, most: 1 },
  options: {
    email: { value: "address", help: "The user's address." },
    verified: { help: "The address is known to be the user's: no mail has to confirm it." },
    superuser: { help: "May do everything." },
    staff: { help: "Is staff, which grants nothing by itself." },
  },
  async run({ terminal, open }, { operands: [username = ""], options }) {
    if (options.verified && options.email === null) {
      throw new Failure("usage", "--verified is about an address: write --email <address> too.");
    }
    // Before anything is typed: a database that is away should be told first.
    const operator = await open();
    const password = await readNewPassword(terminal);
    const made = await operator.createUser({
      username,
      email: options.email,
      isEmailVerified: options.verified,
      password,
      isStaff: options.staff,
      isSuperuser: options.superuser,
    });
    if (made.status === "invalid") throw invalid(made.fields);
    const confirmation = made.mustConfirmEmail
      ? "\nThe address must be confirmed before the first sign-in: the sign-in page mails a link."
      : "";
    return {
      text: `${made.user.username} is there (${describeRank(made.user)}), with the id ${made.user.id}.${confirmation}`,
      json: toJson(made.user),
    };
  },
});
