import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { monotonicMs } from "../monotonic-clock.ts";
import type { SideProcess } from "../side/start-side.ts";
import { benchPassword } from "../sides/countersign-accounts.ts";
import type { Member } from "../sides/countersign-members.ts";
import { origin } from "../wire/wire-socket.ts";

import type { LogoutProvider } from "./logout-provider.ts";
import type { ReplicasDatabase } from "./replicas-database.ts";

/** What access is taken away with. */
export interface WayMeans {
  /** The replica that is asked to; the sockets are on all of them. */
  readonly side: SideProcess;
  readonly database: ReplicasDatabase;
  readonly victim: Member;
  /** The `Cookie` header of a superuser who signed in just now. */
  readonly adminCookie: string;
  readonly mailFile: string;
  readonly provider: LogoutProvider;
}

/** A way of losing access. */
export interface Way {
  readonly label: string;
  /** Which of the user's two sessions lose it; the other goes on. None: a right is lost, and the sessions go on. */
  readonly ended: readonly number[];
  /** Done before the sockets are opened. */
  prepare?(means: WayMeans): Promise<void>;
  /** Takes the access away. Returns when that was committed, by `monotonicMs`. */
  take(means: WayMeans): Promise<number>;
}

const both = [0, 1];
const lifeMs = 1500;
const newPassword = "another password of a benchmark";

export const ways: readonly Way[] = [
  {
    label: "signs out",
    ended: [0],
    take: async (means) => {
      await call(means, "auth.logout", cookieOf(means, 0));
      return whenTold(means, 0);
    },
  },
  {
    label: "signs out everywhere",
    ended: both,
    take: async (means) => {
      await call(means, "account.sessions.endAll", cookieOf(means, 0));
      return whenTold(means, 0);
    },
  },
  {
    label: "changes the password: other device",
    ended: [1],
    take: async (means) => {
      const input = { current: benchPassword, password: newPassword };
      await call(means, "account.changePassword", cookieOf(means, 0), input);
      return whenTold(means, 1);
    },
  },
  {
    label: "sets a new password by mail",
    ended: both,
    take: async (means) => {
      const { email } = means.victim.answer;
      await call(means, "auth.requestPasswordReset", null, { email });
      await call(means, "auth.resetPassword", null, {
        token: await readLink(means.mailFile, email),
        password: newPassword,
      });
      return whenTold(means, 0);
    },
  },
  {
    label: "deletes the account",
    ended: both,
    take: async (means) => {
      await call(means, "account.delete", cookieOf(means, 0), { password: benchPassword });
      return whenTold(means, 0);
    },
  },
  {
    label: "is switched off by an admin",
    ended: both,
    take: async (means) => {
      await call(means, "admin.user.setActive", means.adminCookie, { id: means.victim.userId, value: false });
      return whenTold(means, 0);
    },
  },
  {
    label: "one session is ended by an admin",
    ended: [0],
    take: async (means) => {
      await call(means, "admin.session.end", means.adminCookie, { id: sessionOf(means, 0).id });
      return whenTold(means, 0);
    },
  },
  {
    label: "signs out at the identity provider",
    ended: [0],
    prepare: ({ database, provider, victim }) => database.connect(victim, sessionOf({ victim }, 0).id, provider),
    take: async (means) => {
      const { provider } = means;
      const body = new URLSearchParams({ logout_token: await provider.logoutToken(sessionOf(means, 0).id) });
      await post(means, `/auth/oidc/${provider.name}/backchannel-logout`, { body });
      return whenTold(means, 0);
    },
  },
  {
    label: "the session's row is deleted by hand",
    ended: [0],
    take: ({ database, victim }) => database.deleteSession(sessionOf({ victim }, 0).id),
  },
  {
    label: "the session expires",
    ended: [0],
    prepare: ({ database, victim }) => database.setExpiry(sessionOf({ victim }, 0).id, Date.now() + lifeMs),
    take: async ({ database, victim }) => {
      const expiresAt = await database.readExpiry(sessionOf({ victim }, 0).id);
      return monotonicMs() + (expiresAt - Date.now());
    },
  },
  {
    label: "loses a permission",
    ended: [],
    take: async (means) => {
      const { userId } = means.victim;
      await call(means, "admin.user.setPermissions", means.adminCookie, { id: userId, permissions: [] });
      return means.side.act({ kind: "when-told", id: userId });
    },
  },
  {
    label: "is taken out of a group",
    ended: [],
    prepare: ({ database, victim }) => database.allowByGroup(victim.userId),
    take: async (means) => {
      const { userId } = means.victim;
      await call(means, "admin.user.setGroups", means.adminCookie, { id: userId, groupIds: [] });
      return means.side.act({ kind: "when-told", id: userId });
    },
  },
];

function whenTold({ side, victim }: WayMeans, index: number): Promise<number> {
  return side.act({ kind: "when-told", id: sessionOf({ victim }, index).id });
}

function sessionOf({ victim }: Pick<WayMeans, "victim">, index: number): Member["sessions"][number] {
  const session = victim.sessions[index];
  if (!session) throw new Error("The user has two sessions.");
  return session;
}

function cookieOf(means: WayMeans, index: number): string {
  return sessionOf(means, index).cookie;
}

/** As a page does it. */
function call(means: WayMeans, path: string, cookie: string | null, input?: object): Promise<void> {
  return post(means, `/trpc/${path}`, {
    headers: { origin, "content-type": "application/json", ...(cookie === null ? {} : { cookie }) },
    body: input === undefined ? null : JSON.stringify(input),
  });
}

async function post({ side }: WayMeans, path: string, request: RequestInit): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${side.port}${path}`, { method: "POST", ...request });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${text}`);
}

/** The token of the link in the newest mail to this address. */
async function readLink(mailFile: string, email: string): Promise<string> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const lines = readIfThere(mailFile).split("\n").filter(Boolean);
    const mails = lines.map((line) => JSON.parse(line) as { readonly to: string; readonly text: string });
    const [, token] = /#token=([\w-]+)/.exec(mails.findLast(({ to }) => to === email)?.text ?? "") ?? [];
    if (token !== undefined) return token;
    await pause(5);
  }
  throw new Error(`No mail to ${email} has come.`);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // No mail yet.
    return "";
  }
}
