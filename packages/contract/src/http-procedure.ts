/** The library's procedures that set a cookie. They go over HTTP; all others may use the socket. */
export const httpProcedures: ReadonlySet<string> = new Set(["auth.register", "auth.login", "auth.logout"]);

/** The path of tRPC, for HTTP and for the WebSocket. */
export const rpcPath = "/trpc";
