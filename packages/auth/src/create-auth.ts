import { libraryPermissions } from "@countersign/contract";

import { createAccounts } from "./account/accounts.ts";
import { createAdmin } from "./admin/create-admin.ts";
import { createAuditLog } from "./audit/create-audit-log.ts";
import type { Auth, AuthOptions } from "./auth.ts";
import { systemClock } from "./clock.ts";
import { createMailDesk } from "./mail/mail-desk.ts";
import { createMailNotices } from "./mail/mail-notices.ts";
import type { Mailer } from "./mail/mailer.ts";
import { createOidc } from "./oidc/create-oidc.ts";
import { requireProviders } from "./oidc/provider.ts";
import { createHashQueue } from "./password/hash-queue.ts";
import { createPasswordRule } from "./password/password-rule.ts";
import { createPasswords } from "./password/password.ts";
import { createRights } from "./rights/rights.ts";
import { createSessionData } from "./session-data/create-session-data.ts";
import { createLuciaEngine } from "./session/lucia-engine.ts";
import { countRefusals } from "./throttle/count-refusals.ts";
import { createDatabaseAttempts } from "./throttle/database-attempts.ts";
import { createFallbackAttempts } from "./throttle/fallback-attempts.ts";
import { createMemoryAttempts } from "./throttle/memory-attempts.ts";
import { createThrottle } from "./throttle/throttle.ts";
import { createLinks } from "./token/create-links.ts";

/** Who is calling, and how that begins, changes and ends, on this database. */
export function createAuth(options: AuthOptions): Auth {
  const { db, bus, settings, permissions, clock = systemClock } = options;
  const { onError = ignore, onWarning = ignore, onAudit = ignore } = options;
  const sessions = createLuciaEngine({ db, bus, clock, settings, onError });
  const sessionData = createSessionData({ db, bus, clock, settings });
  const queue = createHashQueue({
    concurrency: settings.PASSWORD_HASH_CONCURRENCY,
    capacity: settings.PASSWORD_HASH_QUEUE,
  });
  const passwords = createPasswords(queue);
  const passwordRule = createPasswordRule(settings, options.passwordValidators);
  const declared = new Set<string>([...libraryPermissions, ...permissions]);
  const { throttle, refusals } = countRefusals(
    createThrottle(
      createFallbackAttempts({
        shared: options.attempts ?? createDatabaseAttempts({ db, clock }),
        own: createMemoryAttempts(clock),
        onError,
      }),
      settings,
    ),
  );
  const audit = createAuditLog({ db, bus, clock, settings, onAudit, onError });

  const { mailer = silentMailer } = options;
  const publicUrl = requirePublicUrl(options);
  const desk = createMailDesk({
    mailer,
    throttle,
    settings,
    clock,
    publicUrl,
    onError,
    onWarning,
  });
  const context = {
    db,
    bus,
    clock,
    settings,
    sessions,
    sessionData,
    passwords,
    passwordRule,
    throttle,
    audit,
    desk,
    providerLabels: new Map(options.oidc?.providers.map(({ name, label = name }) => [name, label])),
    onError,
  };

  const links = createLinks(context);
  const oidc = { providers: [], ...options.oidc };

  return {
    sessions,
    sessionData,
    accounts: createAccounts(context),
    links,
    mail: createMailNotices(context),
    oidc: createOidc(context, { ...oidc, publicUrl, onWarning }),
    rights: createRights({ db, bus, clock, permissions: [...declared] }),
    admin: createAdmin({ ...context, permissions: declared, links, providers: requireProviders(oidc) }),
    audit,
    throttle,
    counts: () => ({ passwords: queue.counts, mails: desk.counts, sessions: sessions.counts, refusals }),
  };
}

/** Nobody's address: without a mailer nothing that begins with it leaves. */
const nowhere = "http://localhost";

function requirePublicUrl({ mailer, oidc, publicUrl }: AuthOptions): string {
  if (oidc && oidc.providers.length > 0 && publicUrl === undefined) {
    throw new Error(
      "createAuth: providers send browsers back. Give publicUrl beside them, as in https://app.example.com.",
    );
  }
  if (mailer && publicUrl === undefined) {
    throw new Error(
      "createAuth: mails have links in them. Give publicUrl beside the mailer, as in https://app.example.com.",
    );
  }
  return publicUrl ?? nowhere;
}

const silentMailer: Mailer = { async send() {} };

/** A touch that was not written is tried again by the next use: without a listener, silence is right. */
function ignore(): void {}
