import type { AccountContext } from "../account/account-context.ts";
import { confirmEmailChange } from "../account/confirm-email-change.ts";
import { describeLink } from "../account/describe-link.ts";
import { requestEmailChange } from "../account/request-email-change.ts";
import { requestPasswordReset, sendPasswordReset } from "../account/request-password-reset.ts";
import { resendVerification } from "../account/resend-verification.ts";
import { resetPassword } from "../account/reset-password.ts";
import { revertEmailChange } from "../account/revert-email-change.ts";
import { verifyEmail } from "../account/verify-email.ts";
import { withdrawEmailChange } from "../account/withdraw-email-change.ts";

import { pruneLinks } from "./link.ts";
import type { Links } from "./links.ts";

export function createLinks(context: AccountContext): Links {
  return {
    describeLink: (input, from) => describeLink(context, input, from),
    verifyEmail: (input, from) => verifyEmail(context, input, from),
    resendVerification: (input, from) => resendVerification(context, input, from),
    requestPasswordReset: (input, from) => requestPasswordReset(context, input, from),
    sendPasswordReset: (userId, act) => sendPasswordReset(context, userId, act),
    resetPassword: (input, from) => resetPassword(context, input, from),
    requestEmailChange: (input, from, inSession) => requestEmailChange(context, input, from, inSession),
    withdrawEmailChange: (tx, from) => withdrawEmailChange(context, tx, from),
    confirmEmailChange: (input, from) => confirmEmailChange(context, input, from),
    revertEmailChange: (input, from) => revertEmailChange(context, input, from),
    prune: () => pruneLinks(context.db, new Date(context.clock.now())),
  };
}
