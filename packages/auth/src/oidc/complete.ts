import { UniqueViolation, type Transaction } from "@countersign/db";

import type { SignInOrigin } from "../account/account-context.ts";
import { readNewPrincipal } from "../account/begin-session.ts";
import { findTaken, readEmail } from "../account/register.ts";
import { parseUsername, type Username } from "../account/username.ts";
import type { FieldErrors, RegisterResult } from "../auth.ts";
import type { NewSession } from "../session/session-engine.ts";

import { lockGroups } from "./claimed-groups.ts";
import { enter, toVisitor, type Visitor } from "./enter.ts";
import { findIdentity } from "./find-identity.ts";
import { isAddressFree, lockHolder, makeAccount, type NewAddress } from "./new-account.ts";
import type { OidcContext } from "./oidc-context.ts";
import { openPending, type PresentedVisit } from "./pending-visit.ts";
import { OidcRefusal } from "./provider.ts";
import { requireSignUp } from "./sign-in.ts";
import { tellTokens } from "./tell-tokens.ts";
import { endTransaction, type OidcTransaction } from "./transaction.ts";

export type CompleteResult = (RegisterResult | { readonly status: "link-invalid" }) & { readonly to: string };

interface CompleteInput extends PresentedVisit {
  readonly username: string;
  readonly email?: string | null | undefined;
}

/** See `Oidc.complete`. */
export async function complete(
  context: OidcContext,
  input: CompleteInput,
  from: SignInOrigin,
): Promise<CompleteResult> {
  const opened = await openPending(context, input);
  if (opened === null || opened.pending.kind !== "complete") return { status: "link-invalid", to: "/" };
  const { pending, provider, visit } = opened;
  const to = visit.returnTo;
  const fields = readFields(context, input, pending.address);
  if ("fields" in fields) return { status: "invalid", ...fields, to };

  const admission = await context.throttle.admitRegistration(from.ip);
  if (admission.status === "limited") return { ...admission, to };
  const met = { answer: pending.answer, begunAt: visit.createdAt, remember: visit.remember };
  const visitor = toVisitor(context, { provider, ...met, from });
  try {
    requireSignUp(context, visitor);
    const taken = await findTakenNow(context, fields);
    if (taken !== null) return { status: "invalid", fields: taken, to };
    const made = await inTwoTries(() => context.db.transaction((tx) => make(context, tx, { visit, visitor, fields })));
    if (made === null) return { status: "made", next: "verify_email", to };
    tellTokens(context, visitor, made.session.userId);
    const principal = await readNewPrincipal(context, made);
    if (principal === null) return { status: "link-invalid", to };
    return { status: "signed-in", principal, ...made, to };
  } catch (error) {
    admission.cancelled();
    if (error instanceof OidcRefusal) return { status: error.code === "refused" ? "closed" : "link-invalid", to };
    if (!(error instanceof UniqueViolation)) throw error;
    // Somebody took the name between the look and the write.
    const taken = await findTakenNow(context, fields);
    return taken === null ? { status: "link-invalid", to } : { status: "invalid", fields: taken, to };
  }
}

/** Of an address, or an identity, that somebody else got between the look and the write, the second try finds that it is theirs. */
function inTwoTries<Result>(work: () => Promise<Result>): Promise<Result> {
  return work().catch((error: unknown) => {
    if (error instanceof UniqueViolation) return work();
    throw error;
  });
}

interface Fields {
  readonly name: Username;
  readonly address: NewAddress | null;
}

function readFields(
  { settings }: OidcContext,
  { username, email }: CompleteInput,
  known: NewAddress | null,
): Fields | { readonly fields: FieldErrors } {
  const name = parseUsername(username);
  // What the provider has verified is not typed over: it is why the account needs no mail.
  const typed = known?.isVerified === true ? known : readEmail(email ?? known?.email, settings);
  if ("fault" in name || "fault" in typed) {
    return {
      fields: {
        ...("fault" in name ? { username: [name.fault] } : {}),
        ...("fault" in typed ? { email: [typed.fault] } : {}),
      },
    };
  }
  if (typed.email === null) return { name, address: null };
  return { name, address: { email: typed.email, isVerified: known?.isVerified === true } };
}

/** Of addresses that are confirmed, and of those a provider has verified, nothing is told. */
function findTakenNow(context: OidcContext, { name, address }: Fields): Promise<FieldErrors | null> {
  const email = address === null || address.isVerified ? null : address.email;
  return findTaken(context, { ...name, email });
}

/** Makes the account, and signs it in unless its address has to be confirmed first: then null. */
async function make(
  context: OidcContext,
  tx: Transaction,
  made: { readonly visit: OidcTransaction; readonly visitor: Visitor; readonly fields: Fields },
): Promise<NewSession | null> {
  const { visit, visitor, fields } = made;
  const { answer, claims, provider } = visitor;
  if ((await findIdentity(tx, answer)) !== null) throw new OidcRefusal("expired", "changed");
  const names = claims.groups;
  const locked =
    names === null ? null : await lockGroups(context, tx, { identityId: null, names, provider: provider.name });
  const holder = await lockHolder(tx, fields.address?.email ?? null, claims);
  const isFree = fields.address === null || isAddressFree(fields.address, holder, context.settings);
  // Somebody else has confirmed it meanwhile: whose it is now has to be asked.
  if (!isFree) throw new OidcRefusal("expired", "changed");
  const { identity } = await makeAccount(context, tx, visitor, { ...fields, holder });

  const { EMAIL_VERIFICATION } = context.settings;
  if (EMAIL_VERIFICATION === "required" && fields.address?.isVerified !== true) {
    if (!(await endTransaction(tx, visit, ""))) throw new OidcRefusal("expired", "ended");
    return null;
  }
  const begun = await enter(context, tx, visitor, { identity, locked });
  if (!(await endTransaction(tx, visit, begun.session.id))) throw new OidcRefusal("expired", "ended");
  return begun;
}
