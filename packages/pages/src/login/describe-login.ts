import type { AuthConfig } from "@countersign/contract";

import type { Messages } from "../messages.ts";

/** How the field for who one is is labelled, and what is said when it is empty. */
export interface LoginTexts {
  readonly label: string;
  readonly missing: string;
}

/** In words, what people sign in by. */
export function describeLogin(fields: AuthConfig["loginFields"], texts: Messages["login"]): LoginTexts {
  switch (fields) {
    case "username":
      return { label: texts.username, missing: texts.usernameMissing };
    case "email":
      return { label: texts.email, missing: texts.emailMissing };
    case "username,email":
      return { label: texts.usernameOrEmail, missing: texts.usernameOrEmailMissing };
  }
}
