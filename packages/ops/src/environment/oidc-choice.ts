import { z } from "zod";

import { findIssuerFault, type OidcOptions, type ProviderOptions } from "@countersign/auth";

import type { EnvironmentFault } from "./environment-fault.ts";

/** Who else people may sign in with, and the keys for what is kept of them. */
export interface OidcChoice extends OidcOptions {
  readonly providers: readonly ProviderOptions[];
  readonly keys: readonly Uint8Array[];
}

/** The variables that say so, but for those of each provider. */
export const oidcVariables = {
  OIDC_PROVIDERS: z
    .string()
    .transform((text) => text.split(",").flatMap((name) => name.trim() || []))
    .pipe(
      z
        .array(z.string().regex(/^[a-z0-9-]{1,32}$/, "Write names with a-z, 0-9 and -, separated by commas."))
        .max(20, "Name at most 20 providers.")
        .refine((names) => new Set(names).size === names.length, "Name each provider once."),
    )
    .optional()
    .meta({
      description: "Identity providers people may sign in with. Each has variables of its own, below.",
      default: "`oidc` with OIDC_ISSUER, else none",
      choices: "names, separated by commas",
    }),
  OIDC_KEYS: z
    .string()
    .transform((text, context) => {
      const keys = text.split(",").map((key) => Buffer.from(key.trim(), "base64url"));
      // Of 43 characters, as base64url writes 32 bytes; plain base64 ends with a sign of its own.
      const isSound = text.split(",").every((key) => /^[\w+/-]{43}=?$/.test(key.trim()));
      if (isSound) return keys.map((key) => new Uint8Array(key));
      context.addIssue({
        code: "custom",
        message: "Write keys of 256 bits in base64, separated by commas, each as from: openssl rand -base64 32",
      });
      return z.NEVER;
    })
    .optional()
    .meta({
      description:
        "What encrypts the tokens of providers in the database. The first one encrypts, all of them decrypt: put a new one in front.",
      default: "one that ends with the process; needed in production",
      choices: "256 bits in base64, separated by commas",
    }),
};

const cureOfScopes = "Write scopes as the provider names them, separated by spaces.";

/** Those of one provider, behind its name in capital letters: `OKTA_ISSUER` of `okta`, `MY_IDP_ISSUER` of `my-idp`. */
export const providerVariables = {
  ISSUER: z
    .string()
    .meta({ description: "Its address, to the letter as the provider writes it.", choices: "`https://…`" }),
  CLIENT_ID: z.string().min(1).max(512).meta({ description: "What the provider knows the app by." }),
  CLIENT_SECRET: z.string().max(1024).optional().meta({
    description: "What the app proves with that it is it.",
    default: "none: a public client",
  }),
  TOKEN_AUTH: z.enum(["auto", "basic", "post"], 'Write "auto", "basic" or "post".').default("auto").meta({
    description: "Where the secret goes: into the header, into the form, or where the provider says that it takes it.",
  }),
  SCOPES: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, cureOfScopes)
    .optional()
    .meta({
      description: "Scopes besides `openid email profile`.",
      default: "none",
      choices: "separated by spaces",
    }),
  LABEL: z.string().max(64).optional().meta({ description: "What its button says.", default: "the name" }),
  SIGN_UP: z.enum(["open", "closed"], 'Write "open" or "closed".').default("open").meta({
    description: "May somebody come in by it who has no account yet? Nobody may where SIGN_UP is false.",
  }),
  LINK_BY_EMAIL: z.enum(["ask", "never", "trust"], 'Write "ask", "never" or "trust".').default("ask").meta({
    description:
      "Somebody has an address, verified by the provider, that is verified here as another account's: is its password asked for, is a new account made without the address, or is the account theirs?",
  }),
  GROUPS_CLAIM: z.string().max(256).optional().meta({
    description: "The claim that names groups.",
    default: "none: groups are not the provider's to say",
  }),
  GROUPS: z
    .string()
    .transform((text, context) => {
      const pairs = text.split(",").map((pair) => pair.split("=").map((part) => part.trim()));
      if (pairs.every((pair) => pair.length === 2 && pair.every((part) => part !== "")))
        return Object.fromEntries(pairs) as Record<string, string>;
      context.addIssue({ code: "custom", message: "Write theirs=ours, separated by commas, as in works=staff." });
      return z.NEVER;
    })
    .optional()
    .meta({
      description: "Which of the groups it names are which groups here. Others are none.",
      default: "none",
      choices: "`theirs=ours,…`",
    }),
  LOGOUT: z.enum(["local", "provider"], 'Write "local" or "provider".').default("local").meta({
    description: "Does signing out here sign out there as well?",
  }),
  ON_REFRESH_FAILURE: z.enum(["end", "keep"], 'Write "end" or "keep".').default("end").meta({
    description: "What becomes of the session when the provider renews its token no more.",
  }),
  ALLOW_PRIVATE: z
    .enum(["true", "false", "1", "0"], 'Write "true" or "false".')
    .transform((text) => text === "true" || text === "1")
    .default(false)
    .meta({ description: "Is it within a private network? Only then are addresses of such networks called." }),
} satisfies Record<string, z.ZodType>;

type ProviderVariables = z.infer<z.ZodObject<typeof providerVariables>>;

/** The providers a server is told of. Without OIDC_PROVIDERS it is one, whose variables begin with OIDC. */
export function namesOfProviders(given: Readonly<Record<string, string>>): readonly string[] {
  const parsed = oidcVariables.OIDC_PROVIDERS.safeParse(given["OIDC_PROVIDERS"]);
  if (parsed.data) return parsed.data;
  return given["OIDC_ISSUER"] === undefined ? [] : ["oidc"];
}

/** What the variables of a provider begin with. */
export function prefixOf(provider: string): string {
  return provider.toUpperCase().replaceAll("-", "_");
}

/** Reads what each provider's variables say. */
export function chooseOidc(
  given: Readonly<Record<string, string>>,
  site: { readonly keys: readonly Uint8Array[]; readonly isProduction: boolean },
): { readonly choice: OidcChoice; readonly faults: readonly EnvironmentFault[] } {
  const faults: EnvironmentFault[] = [];
  const allowLoopback = !site.isProduction;
  const providers = namesOfProviders(given).flatMap((name) => {
    const read = readProvider(name, given, allowLoopback);
    faults.push(...read.faults);
    return read.provider ?? [];
  });
  const clients = new Map<string, string>();
  for (const { name, issuer, clientId } of providers) {
    const client = JSON.stringify([issuer, clientId]);
    const other = clients.get(client);
    const message = `It has the issuer and the client id of ${other}. Leave one of them out of OIDC_PROVIDERS.`;
    if (other !== undefined) faults.push({ variable: `${prefixOf(name)}_CLIENT_ID`, message });
    clients.set(client, name);
  }
  return { choice: { providers, keys: site.keys, allowLoopback }, faults };
}

function readProvider(
  name: string,
  given: Readonly<Record<string, string>>,
  allowLoopback: boolean,
): { readonly provider: ProviderOptions | null; readonly faults: readonly EnvironmentFault[] } {
  const faults: EnvironmentFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [part, schema] of Object.entries(providerVariables)) {
    const variable = `${prefixOf(name)}_${part}`;
    const parsed = z.safeParse(schema, given[variable]);
    if (parsed.success) values[part] = parsed.data;
    else faults.push({ variable, message: messageOf(given[variable], parsed.error) });
  }
  const issuer = values["ISSUER"];
  const fault = typeof issuer === "string" ? findIssuerFault(issuer, allowLoopback) : null;
  if (fault !== null) faults.push({ variable: `${prefixOf(name)}_ISSUER`, message: fault });
  if (faults.length > 0) return { provider: null, faults };
  // Each value has come through its own schema.
  return { provider: toProvider(name, values as ProviderVariables), faults };
}

function messageOf(value: string | undefined, error: z.core.$ZodError): string {
  if (value === undefined) return "It is missing: OIDC_PROVIDERS names the provider. Write it, or leave the name out.";
  return error.issues[0]?.message ?? "The value is wrong.";
}

function toProvider(name: string, values: ProviderVariables): ProviderOptions {
  return {
    name,
    label: values.LABEL ?? name,
    issuer: values.ISSUER,
    clientId: values.CLIENT_ID,
    clientSecret: values.CLIENT_SECRET ?? null,
    tokenAuth: values.TOKEN_AUTH,
    scopes: values.SCOPES?.split(" ") ?? [],
    signUp: values.SIGN_UP,
    linkByEmail: values.LINK_BY_EMAIL,
    logout: values.LOGOUT,
    onRefreshFailure: values.ON_REFRESH_FAILURE,
    allowPrivate: values.ALLOW_PRIVATE,
    groupsClaim: values.GROUPS_CLAIM ?? null,
    groups: values.GROUPS ?? {},
  };
}
