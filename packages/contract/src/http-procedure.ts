/**
 * The library's procedures that the client calls over HTTP: those that set a cookie, and those of pages that are used
 * before there is a session. All others may use the socket.
 */
export const httpProcedures: ReadonlySet<string> = new Set([
  "account.changePassword",
  "account.confirmEmailChange",
  "account.delete",
  "account.identities.unlink",
  "account.requestEmailChange",
  "account.revertEmailChange",
  "account.sessions.endAll",
  "account.setPassword",
  "auth.config",
  "auth.describeLink",
  "auth.login",
  "auth.logout",
  "auth.oidc.cancel",
  "auth.oidc.complete",
  "auth.oidc.confirm",
  "auth.oidc.pending",
  "auth.oidc.start",
  "auth.register",
  "auth.requestPasswordReset",
  "auth.resendVerification",
  "auth.resetPassword",
  "auth.stepUp",
  "auth.verifyEmail",
]);

/** The path of tRPC, for HTTP and for the WebSocket. */
export const rpcPath = "/trpc";

/** Where files come and go, over HTTP: `/files/attachment.upload`. */
export const filesPath = "/files";

/** The input of a call that brings a file, as JSON in percent-encoding: the body is the file. */
export const fileInputHeader = "file-input";
