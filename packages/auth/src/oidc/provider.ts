import type { OidcErrorCode } from "@countersign/contract";

/** What a provider says of a person: the ID token's claims, with those of the userinfo endpoint beside them. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** What claims say of an account. What is left out stays as it is. */
export interface MappedClaims {
  readonly username?: string | null;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly locale?: string | null;
  /** `isEmailVerified` is to be true only where the provider has seen that the address is this person's. */
  readonly email?: string | null;
  readonly isEmailVerified?: boolean;
  /** Set only where the mapping says so by name: no claim is ever taken for a right by itself. */
  readonly isStaff?: boolean;
  readonly isSuperuser?: boolean;
}

/** The tokens a provider handed out, for `onTokens`. They open the provider's doors: keep them out of logs and browsers. */
export interface ProviderTokens {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly accessExpiresAt: Date | null;
  readonly scope: string | null;
}

/** An identity provider people may sign in with. */
export interface ProviderOptions {
  /** In URLs and in the database: a-z, 0-9 and `-`, at most 32. Changing it leaves identities as they are. */
  readonly name: string;
  /** What people call it. Default: the name. */
  readonly label?: string;
  /** As the provider writes it, to the letter. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null or left out: a public client, which has PKCE alone. */
  readonly clientSecret?: string | null;
  /** Where the secret goes. `auto` (default): where the provider says that it takes it, rather in the form. */
  readonly tokenAuth?: "auto" | "basic" | "post";
  /** Beside `openid email profile`. */
  readonly scopes?: readonly string[];
  /** May somebody come in by it who has no account yet? Where sign-up is closed for the site, nobody may. Default: open. */
  readonly signUp?: "open" | "closed";
  /**
   * What becomes of somebody whose address, verified there, is verified here as another account's. `ask` (default): the
   * account's password. `never`: a new account without the address. `trust`: the account is theirs.
   */
  readonly linkByEmail?: "ask" | "never" | "trust";
  /** Does signing out here sign out there as well, where the provider offers it? Default: local. */
  readonly logout?: "local" | "provider";
  /** What becomes of the session when the provider renews its token no more. Default: end. */
  readonly onRefreshFailure?: "end" | "keep";
  /**
   * Are tokens of sessions in use renewed before they end, also where no code asks for them? What the provider says of people is
   * followed so, and whom it has removed is out. Default: true.
   */
  readonly renewUnasked?: boolean;
  /** Is it within a private network? Only then are private addresses called. */
  readonly allowPrivate?: boolean;
  /** The claim with the names of groups, and which of them are which groups here. */
  readonly groupsClaim?: string | null;
  readonly groups?: Readonly<Record<string, string>>;
  /**
   * In place of names, locale and address from the standard claims. A renewal may say less than a sign-in did: of what the claims
   * are silent about, a rank for instance, return nothing, not `false`.
   */
  readonly mapClaims?: (claims: Claims) => MappedClaims;
  /** In place of `groupsClaim` and `groups`: names of groups here; null where the claims say nothing of groups. */
  readonly mapGroups?: (claims: Claims) => readonly string[] | null;
  /** May this person enter? Asked at every sign-in. */
  readonly allow?: (claims: Claims) => boolean | Promise<boolean>;
  /** Hears of tokens once they are kept. What it throws is told to `onError`. */
  readonly onTokens?: (
    tokens: ProviderTokens,
    of: { readonly provider: string; readonly userId: string },
  ) => void | Promise<void>;
  /**
   * For Microsoft Entra with many tenants (`https://login.microsoftonline.com/organizations/v2.0`): which tenants' issuers are
   * let in. No other provider speaks for many issuers; with another one it is refused at start.
   */
  readonly validIssuers?: (issuer: string) => boolean;
}

/** A provider, checked, with all defaults. */
export type Provider = Required<
  Omit<ProviderOptions, "mapClaims" | "mapGroups" | "allow" | "onTokens" | "validIssuers">
> &
  Pick<ProviderOptions, "mapClaims" | "mapGroups" | "allow" | "onTokens" | "validIssuers">;

export interface OidcOptions {
  readonly providers: readonly ProviderOptions[];
  /** 256 bits each. The first encrypts what is kept of providers, all of them decrypt. Default: one for this process alone. */
  readonly keys?: readonly Uint8Array[];
  /** May providers be on this machine, over plain http? For development and tests. */
  readonly allowLoopback?: boolean;
}

/** Why somebody who came back from a provider is not signed in: the code is for the page, the rest for the log. */
export class OidcRefusal extends Error {
  override readonly name = "OidcRefusal";
  readonly code: OidcErrorCode;

  constructor(code: OidcErrorCode, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.code = code;
  }
}

/**
 * Checks providers against each other and each by itself.
 *
 * @throws with what to write instead.
 */
export function requireProviders({ providers, allowLoopback = false }: OidcOptions): ReadonlyMap<string, Provider> {
  const checked = new Map<string, Provider>();
  const clients = new Map<string, string>();
  for (const options of providers) {
    const provider = requireProvider(options, allowLoopback);
    if (checked.has(provider.name)) throw new Error(`Provider "${provider.name}" is there twice. Rename one of them.`);
    const client = JSON.stringify([provider.issuer, provider.clientId]);
    const other = clients.get(client);
    if (other !== undefined)
      throw new Error(
        `Providers "${other}" and "${provider.name}" have the same issuer and client id. Leave one of them out.`,
      );
    clients.set(client, provider.name);
    checked.set(provider.name, provider);
  }
  return checked;
}

/** The one that `openid-client` knows to speak for many issuers; elsewhere it takes tokens of the very issuer only. */
const manyTenants = "https://login.microsoftonline.com";

function requireProvider(options: ProviderOptions, allowLoopback: boolean): Provider {
  const { name, issuer, clientId } = options;
  if (!/^[a-z0-9-]{1,32}$/.test(name))
    throw new Error(`Provider "${name.slice(0, 40)}": write its name with a-z, 0-9 and -, at most 32 characters.`);
  const fault = findIssuerFault(issuer, allowLoopback);
  if (fault !== null) throw new Error(`Provider "${name}": ${fault}`);
  if (options.validIssuers !== undefined && new URL(issuer).origin !== manyTenants)
    throw new Error(
      `Provider "${name}": validIssuers is for ${manyTenants} alone. Leave it out: tokens of ${issuer} are accepted without it.`,
    );
  if (clientId === "") throw new Error(`Provider "${name}": its client id is empty. Write what the provider gave you.`);
  return {
    label: name,
    clientSecret: null,
    tokenAuth: "auto",
    scopes: [],
    signUp: "open",
    linkByEmail: "ask",
    logout: "local",
    onRefreshFailure: "end",
    renewUnasked: true,
    allowPrivate: false,
    groupsClaim: null,
    groups: {},
    ...options,
  };
}

/** What is wrong with an issuer's address, or null. Plain http is for providers on this machine, where that is allowed. */
export function findIssuerFault(issuer: string, allowLoopback: boolean): string | null {
  const cure = "Write the issuer as the provider does, as in https://login.example.com/realms/staff.";
  if (!URL.canParse(issuer)) return cure;
  const url = new URL(issuer);
  if (url.username + url.password + url.search + url.hash !== "") return cure;
  if (isSecureEnough(url, allowLoopback)) return null;
  return `An issuer is reached over https${allowLoopback ? ", or over http on this machine" : ""}. ${cure}`;
}

/** Over https, or on this machine where that is allowed. */
export function isSecureEnough(url: URL, allowLoopback: boolean): boolean {
  if (url.protocol === "https:") return true;
  return url.protocol === "http:" && allowLoopback && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
}
