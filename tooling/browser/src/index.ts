export { type Account, createAccount, signIn } from "./account.ts";
export { browserTests } from "./browser-tests.ts";
export { expectAccessible } from "./expect-accessible.ts";
export { type Browser, findBrowser } from "./find-browser.ts";
export { type Device, type ServerOptions, test } from "./fixtures.ts";
export { type Problems, watchProblems } from "./problems.ts";
