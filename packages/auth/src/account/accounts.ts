import type { Accounts } from "../auth.ts";

import type { AccountContext } from "./account-context.ts";
import { login } from "./login.ts";
import { createLogout } from "./logout.ts";
import { register } from "./register.ts";
import { setActive } from "./set-active.ts";

export function createAccounts(context: AccountContext): Accounts {
  return {
    register: (input, from) => register(context, input, from),
    login: (input, from) => login(context, input, from),
    logout: createLogout(context),
    setActive: (userId, isActive) => setActive(context, userId, isActive),
  };
}
