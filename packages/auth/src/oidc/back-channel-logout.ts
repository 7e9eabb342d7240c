import { and, eq, inArray, isNull, notInArray, or } from "drizzle-orm";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { z } from "zod";

import { forUpdate, type Transaction, UniqueViolation } from "@countersign/db";

import { withinTime } from "./connection.ts";
import { isOwnIssuer } from "./exchange.ts";
import { keepLogout } from "./heard-logouts.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { isUnavailable } from "./outgoing-fetch.ts";
import { toPlainError } from "./plain-error.ts";

export type LogoutTokenResult =
  | { readonly status: "ended"; readonly count: number }
  /** The token does not hold: RFC 400. Why is for the log. */
  | { readonly status: "invalid"; readonly reason: string }
  | { readonly status: "unknown" | "unavailable" }
  | { readonly status: "limited"; readonly retryAfterSeconds: number };

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";
const text = z.string().min(1).max(255);
const LogoutClaims = z
  .looseObject({
    iss: text.max(2048),
    iat: z.number(),
    exp: z.number().optional(),
    jti: text,
    sub: text.optional(),
    sid: text.optional(),
    events: z.looseObject({ [logoutEvent]: z.looseObject({}) }),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined, "It names neither a subject nor a session.")
  // So that no ID token passes for one (OpenID Connect Back-Channel Logout §2.4).
  .refine((claims) => !("nonce" in claims), "It has a nonce.");
type LogoutClaims = z.infer<typeof LogoutClaims>;

const newForSeconds = 120;

/** See `Oidc.backChannelLogout`. */
export async function backChannelLogout(
  context: OidcContext,
  input: { readonly provider: string; readonly logoutToken: string },
  from: { readonly ip: string | null },
): Promise<LogoutTokenResult> {
  const provider = context.providers.get(input.provider);
  if (provider === undefined) return { status: "unknown" };
  const claims = readClaims(context, provider, input.logoutToken);
  // What nobody signs is counted by itself: it costs nothing, and must not crowd out what may be true.
  const admission = await context.throttle.admitProviderLogout(from.ip, { isPlausible: !("fault" in claims) });
  if (admission.status === "limited") return admission;
  if ("fault" in claims) return refuse(context, provider, from, claims.fault);

  try {
    await withinTime(verify(context, provider, input.logoutToken));
  } catch (error) {
    if (!isUnavailable(error)) return refuse(context, provider, from, error);
    admission.cancelled();
    return { status: "unavailable" };
  }
  const ended = await endSessions(context, provider, claims, from);
  if (ended === null) return refuse(context, provider, from, new Error("It was presented before."));
  // A provider may sign out as many as it has.
  admission.cancelled();
  return { status: "ended", count: ended };
}

/** What the token says, whoever signed it: that is looked at before anybody is asked for keys. */
function readClaims(
  { clock, settings }: OidcContext,
  provider: ConnectedProvider,
  logoutToken: string,
): LogoutClaims | { readonly fault: unknown } {
  try {
    const { alg, typ } = decodeProtectedHeader(logoutToken);
    const payload = decodeJwt(logoutToken);
    if (!settings.OIDC_ALGORITHMS.some((allowed) => allowed === alg)) return faulty("Its algorithm is not accepted.");
    if (typ !== undefined && !/^(?:application\/)?(?:logout\+jwt|jwt)$/i.test(typ))
      return faulty("It is of another type.");
    const claims = LogoutClaims.parse(payload);
    if (!isOwnIssuer(provider, claims.iss)) return faulty("It is from another issuer.");
    if (![payload.aud].flat().includes(provider.clientId)) return faulty("It is for another client.");
    if (Math.abs(clock.now() / 1000 - claims.iat) > newForSeconds) return faulty("It was not made just now.");
    return claims;
  } catch (fault) {
    return { fault };
  }
}

function faulty(reason: string): { readonly fault: Error } {
  return { fault: new Error(reason) };
}

/** @throws when it is not signed by the provider, or its time is over */
async function verify(
  { clock, settings }: OidcContext,
  provider: ConnectedProvider,
  logoutToken: string,
): Promise<void> {
  const { keys } = await provider.connection.discover();
  await jwtVerify(logoutToken, keys, {
    algorithms: [...settings.OIDC_ALGORITHMS],
    audience: provider.clientId,
    currentDate: new Date(clock.now()),
    clockTolerance: 60,
  });
}

/** Ends what the token names; null when it was heard before. */
async function endSessions(
  context: OidcContext,
  provider: ConnectedProvider,
  claims: LogoutClaims,
  from: { readonly ip: string | null },
): Promise<number | null> {
  try {
    return await context.db.transaction(async (tx) => {
      await keepLogout(tx, claims, { now: context.clock.now() });
      const named = await findSessions(context, tx, provider, claims);
      await lockSessions(tx, named);
      // What was signed in anew by then is of another session there, and what has ended did not end by this.
      const found = await findSessions(context, tx, provider, claims);
      // In one order everywhere, so that two of these do not wait for each other.
      for (const { userId, sessionId } of found)
        await context.sessions.end(tx, { userId, sessionId }, "provider_ended");
      for (const { userId, username, sessionId } of found) {
        await context.audit.recordIn(tx, {
          action: "auth.oidc.backchannel_logout",
          outcome: "ok",
          actor: { id: null, name: `provider ${provider.name}`, ip: from.ip },
          subject: { id: userId, name: username },
          details: { provider: provider.name, session: sessionId },
        });
      }
      return found.length;
    });
  } catch (error) {
    if (error instanceof UniqueViolation) return null;
    throw error;
  }
}

async function lockSessions(tx: Transaction, named: readonly { readonly sessionId: string }[]): Promise<void> {
  const { sessions } = tx.tables;
  const ids = named.map(({ sessionId }) => sessionId);
  const query = tx.select({ id: sessions.id }).from(sessions).where(inArray(sessions.id, ids)).orderBy(sessions.id);
  if (ids.length > 0) await forUpdate(tx, query);
}

function findSessions(
  { providers }: OidcContext,
  tx: Transaction,
  provider: ConnectedProvider,
  { iss, sub, sid }: LogoutClaims,
) {
  const { identities, providerSessions, sessions, users } = tx.tables;
  return tx
    .select({ sessionId: sessions.id, userId: sessions.userId, username: users.username })
    .from(providerSessions)
    .innerJoin(sessions, eq(sessions.id, providerSessions.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(identities, eq(identities.id, providerSessions.identityId))
    .where(
      and(
        // What came by a name that no provider has any more came by one that was renamed: the issuer tells whose it is.
        or(eq(providerSessions.provider, provider.name), notInArray(providerSessions.provider, [...providers.keys()])),
        eq(identities.issuer, iss),
        // Where the ID token named no session, it may be any of the person's: all of those end.
        sid === undefined
          ? undefined
          : or(eq(providerSessions.sid, sid), sub === undefined ? undefined : isNull(providerSessions.sid)),
        sub === undefined ? undefined : eq(identities.subject, sub),
      ),
    )
    .orderBy(sessions.id);
}

function refuse(
  { audit }: OidcContext,
  provider: ConnectedProvider,
  { ip }: { readonly ip: string | null },
  fault: unknown,
): LogoutTokenResult {
  audit.record({
    action: "auth.oidc.backchannel_logout",
    outcome: "refused",
    reason: "invalid_token",
    actor: { id: null, name: null, ip },
    details: { provider: provider.name },
  });
  return { status: "invalid", reason: toPlainError(fault).message };
}
