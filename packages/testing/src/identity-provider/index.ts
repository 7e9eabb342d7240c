export type { ForgedSignature } from "./hostile/forge-token.ts";
export { type HostileAnswer, hostileAnswers } from "./hostile/hostile-answer.ts";
export {
  type HostileEndpoint,
  type HostileProvider,
  type SeenRequest,
  startHostileProvider,
} from "./hostile/start-hostile-provider.ts";
export type { IdentityClient } from "./identity-client.ts";
export type { IdentityUser } from "./identity-user.ts";
export { type Landing, openPlainBrowser, type PlainBrowser } from "./plain-browser.ts";
export { signInAtProvider, type SignedInWith, signInWith, type SignInWithOptions } from "./sign-in-with.ts";
export {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from "./start-identity-provider.ts";
export type { LogoutAnswer } from "./tell-of-end.ts";
