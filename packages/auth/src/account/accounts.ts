import type { Accounts } from "../auth.ts";

import type { AccountContext } from "./account-context.ts";
import { changePassword } from "./change-password.ts";
import { deleteAccount } from "./delete-account.ts";
import { login } from "./login.ts";
import { createLogout } from "./logout.ts";
import { readProfile, updateProfile } from "./profile.ts";
import { register } from "./register.ts";
import { setActive } from "./set-active.ts";
import { setPassword } from "./set-password.ts";
import { stepUp } from "./step-up.ts";

export function createAccounts(context: AccountContext): Accounts {
  return {
    register: (input, from) => register(context, input, from),
    login: (input, from) => login(context, input, from),
    logout: createLogout(context),
    stepUp: (input, from) => stepUp(context, input, from),
    changePassword: (input, from) => changePassword(context, input, from),
    setPassword: (input, from) => setPassword(context, input, from),
    profile: (userId) => readProfile(context, userId),
    updateProfile: (tx, change, from) => updateProfile(context, tx, change, from),
    deleteAccount: (input, from) => deleteAccount(context, input, from),
    setActive: (userId, isActive) => setActive(context, userId, isActive),
  };
}
