import { randomBytes } from "node:crypto";

import { type Operator, reservedNames } from "@countersign/auth";
import { rpcPath } from "@countersign/contract";

import { isLoopbackHost, isPrivateHost } from "../audit/hosts.ts";

import { askHttp, type HttpAnswer } from "./http-probe.ts";
import { openSocket } from "./socket-probe.ts";
import { broken, doubtful, skipped, type Symptom, well } from "./symptom.ts";

/** Nobody's address (RFC 5737): whoever is taken for it was believed without reason. */
const forgedAddress = "203.0.113.77";

/** What a doctor that was killed leaves behind goes with the next one. One that is at work is left alone for this long. */
const leftoverMs = 3_600_000;

/**
 * Signs in through the site as an account of its own, made in its database for this once, and looks what became of the cookie
 * and of the client's address. The account is removed before this returns, with its session, whatever happens.
 */
export async function examineSession(
  site: URL,
  { operator, now }: { readonly operator: Operator; readonly now: () => number },
): Promise<readonly Symptom[]> {
  await removeLeftovers(operator);
  const password = randomBytes(24).toString("base64url");
  // Of a name that nobody else may have, and cannot know before.
  const username = `${reservedNames}-${randomBytes(8).toString("hex")}`;
  const made = await operator.createUser({
    username,
    email: `${username}@example.invalid`,
    isEmailVerified: true,
    password,
    isStaff: false,
    isSuperuser: false,
    mayBeReserved: true,
  });
  if (made.status !== "created") return [skipped("sign-in", "No account can be made for it with these settings.")];
  try {
    return await examineAs(site, { operator, now, userId: made.user.id, username, password });
  } finally {
    await operator.removeUser(made.user.id);
  }
}

async function removeLeftovers(operator: Operator): Promise<void> {
  const { items } = await operator.listUsers({ search: `${reservedNames}-`, limit: 100 });
  for (const { id, username, email, createdAt } of items) {
    // As made above: an account that got its name before names were reserved is not the doctor's.
    const isMadeHere =
      new RegExp(`^${reservedNames}-[0-9a-f]{16}$`).test(username) && email === `${username}@example.invalid`;
    if (isMadeHere && Date.now() - createdAt.getTime() > leftoverMs) await operator.removeUser(id);
  }
}

async function examineAs(
  site: URL,
  given: {
    readonly operator: Operator;
    readonly now: () => number;
    readonly userId: string;
    readonly username: string;
    readonly password: string;
  },
): Promise<readonly Symptom[]> {
  const { operator, userId } = given;
  const answer = await signIn(site, given);
  const setCookie = "status" in answer && answer.status === 200 ? (answer.headers["set-cookie"] ?? []) : [];
  const cookie = setCookie.find((each) => /^(?:__Host-)?session=[^;]/.test(each));
  if (cookie === undefined) return [explainNoSession(answer)];

  const { items } = await operator.listSessions({ userId, limit: 1 });
  return [
    well("sign-in", "Signing in gives a cookie."),
    examineCookie(site, cookie),
    await examineCookieOnUpgrade(site, cookie.split(";", 1)[0] ?? ""),
    examineAddress(site, items[0]?.ip ?? null),
  ];
}

function signIn(
  site: URL,
  { username, password, now }: { readonly username: string; readonly password: string; readonly now: () => number },
) {
  return askHttp(new URL(`${rpcPath}/auth.login`, site), {
    headers: {
      origin: site.origin,
      "content-type": "application/json",
      // As somebody does who wants to pass for another.
      "x-forwarded-for": forgedAddress,
    },
    body: JSON.stringify({ login: username, password }),
    now,
  });
}

function explainNoSession(answer: HttpAnswer): Symptom {
  const id = "sign-in";
  if ("fault" in answer)
    return broken(id, `Signing in is not answered (${answer.fault}).`, "Look at the server's log.");
  if (answer.status === 200) {
    return broken(id, "Signing in gives no cookie.", "Let the proxy leave Set-Cookie as it is.");
  }
  if (answer.status === 403) {
    return broken(id, "Signing in is refused by Origin (403).", "Let the proxy pass Origin on as it is.");
  }
  if (answer.status === 401) {
    return doubtful(
      id,
      "The account that was just made cannot sign in (401).",
      "Is DATABASE_URL that of this server? And does LOGIN_FIELDS have username?",
    );
  }
  return broken(id, `Signing in is answered ${answer.status}.`, "Look at the server's log.");
}

function examineCookie(site: URL, cookie: string): Symptom {
  const id = "cookie";
  const wanted =
    site.protocol === "https:"
      ? [/^__Host-/, /; *Secure/i, /; *HttpOnly/i, /; *SameSite=Lax/i, /; *Path=\/(?:;|$)/i]
      : [/; *HttpOnly/i, /; *SameSite=Lax/i, /; *Path=\/(?:;|$)/i];
  if (wanted.every((each) => each.test(cookie)) && !/; *Domain=/i.test(cookie)) {
    return well(id, "The cookie has the attributes it should have.");
  }
  return broken(
    id,
    "The cookie lacks __Host-, Secure, HttpOnly, SameSite=Lax or Path=/, or has a Domain.",
    `Write PUBLIC_URL=${site.origin}, and let the proxy leave Set-Cookie as it is.`,
  );
}

async function examineCookieOnUpgrade(site: URL, cookie: string): Promise<Symptom> {
  const id = "cookie-on-upgrade";
  const answer = await openSocket(site, { origin: site.origin, cookie });
  if (!("socket" in answer)) return skipped(id, "No socket could be opened.");
  using socket = answer.socket;
  const isSignedIn = await socket.isSignedIn();
  if (isSignedIn === true) return well(id, "The cookie arrives with the WebSocket's upgrade.");
  if (isSignedIn === null)
    return skipped(id, "The server does not say who is signed in: session.snapshot is not there.");
  return broken(
    id,
    "The cookie does not arrive with the WebSocket's upgrade: whoever signs in stays a visitor there.",
    "Let the proxy pass Cookie on with upgrades.",
  );
}

function examineAddress(site: URL, ip: string | null): Symptom {
  const id = "client-address";
  if (ip === null) return skipped(id, "The server did not keep the client's address.");
  if (ip === forgedAddress) {
    return broken(
      id,
      "The server believes whatever address a client claims: limits can be passed by anybody.",
      "Let the proxy add to X-Forwarded-For or replace it, and name the proxy only in TRUST_PROXY.",
    );
  }
  if (!isPrivateHost(ip) || isLoopbackHost(site.hostname)) return well(id, `The server sees this machine as ${ip}.`);
  return doubtful(
    id,
    `The server sees this machine as ${ip}, which may be the proxy: limits per address would hit everybody at once.`,
    "Write the proxy's address as TRUST_PROXY, and let the proxy set X-Forwarded-For. Fine when you are in the same network.",
  );
}
