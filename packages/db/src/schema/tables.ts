import { type Vocabulary, defineTables } from "./vocabulary.ts";

/**
 * The library's own tables. `users.version` rises with every change of the user, of what the user may do and of the
 * groups the user is in, whoever makes it: triggers see to that (migrations/…/triggers). That is what makes a cached set
 * of permissions right as long as the version it was read under is the present one.
 */
function define({ table, id, text, flag, instant, json, count, index, uniqueIndex, primaryKey }: Vocabulary) {
  const users = table(
    "users",
    {
      id: id("id").primaryKey(),
      username: text("username").notNull(),
      /** NFKC, lower case: what must be unique. */
      usernameKey: text("username_key").notNull().unique(),
      /** As it was given. Where addresses are confirmed, it may be somebody else's until then: nothing is sent by it alone. */
      email: text("email"),
      /** What must be unique, and what the account is found by. */
      emailKey: text("email_key").unique(),
      emailVerifiedAt: instant("email_verified_at"),
      firstName: text("first_name").notNull().default(""),
      lastName: text("last_name").notNull().default(""),
      /** Argon2id in PHC form; null for those who sign in elsewhere. */
      passwordHash: text("password_hash"),
      /** Issuers by which somebody came in until that was taken away: what they say of the address opens the account no more. */
      untrustedIssuers: json("untrusted_issuers").$type<readonly string[]>(),
      isActive: flag("is_active").notNull().default(true),
      isStaff: flag("is_staff").notNull().default(false),
      isSuperuser: flag("is_superuser").notNull().default(false),
      locale: text("locale"),
      createdAt: instant("created_at").notNull(),
      lastLoginAt: instant("last_login_at"),
      version: count("version").notNull().default(1),
    },
    // Several may wait to confirm one address; it is the key of the one that has it.
    (user) => [index("users_email").on(user.email)],
  );

  const sessions = table(
    "sessions",
    {
      /** The public handle: in lists, in hints, in the snapshot. It opens nothing. */
      id: id("id").primaryKey(),
      /** SHA-256 of the cookie's token, hex. */
      tokenHash: text("token_hash").notNull().unique(),
      /** The token before it, and when that was replaced. It opens nothing: a sign-out under way with it ends the session. */
      previousTokenHash: text("previous_token_hash"),
      replacedAt: instant("replaced_at"),
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      createdAt: instant("created_at").notNull(),
      lastUsedAt: instant("last_used_at").notNull(),
      authenticatedAt: instant("authenticated_at").notNull(),
      /** The idle limit, never beyond the absolute one. */
      expiresAt: instant("expires_at").notNull(),
      absoluteExpiresAt: instant("absolute_expires_at").notNull(),
      /** Does the cookie outlive the browser? */
      remember: flag("remember").notNull().default(false),
      ip: text("ip"),
      userAgent: text("user_agent"),
      impersonatedBy: id("impersonated_by"),
      version: count("version").notNull().default(0),
    },
    (session) => [
      index("sessions_user_id").on(session.userId),
      index("sessions_expires_at").on(session.expiresAt),
      index("sessions_previous_token_hash").on(session.previousTokenHash),
    ],
  );

  const sessionData = table(
    "session_data",
    {
      sessionId: id("session_id")
        .notNull()
        .references(() => sessions.id, { onDelete: "cascade" }),
      key: text("key").notNull(),
      value: json("value").notNull(),
      updatedAt: instant("updated_at").notNull(),
    },
    (entry) => [primaryKey({ columns: [entry.sessionId, entry.key] })],
  );

  /** Visitors who have not signed in but have something kept for them; see `visitor_data`. */
  const visitors = table(
    "visitors",
    {
      id: id("id").primaryKey(),
      /** SHA-256 of the visitor cookie's token, hex. */
      tokenHash: text("token_hash").notNull().unique(),
      createdAt: instant("created_at").notNull(),
      expiresAt: instant("expires_at").notNull(),
    },
    (visitor) => [index("visitors_expires_at").on(visitor.expiresAt)],
  );

  const visitorData = table(
    "visitor_data",
    {
      visitorId: id("visitor_id")
        .notNull()
        .references(() => visitors.id, { onDelete: "cascade" }),
      key: text("key").notNull(),
      value: json("value").notNull(),
      updatedAt: instant("updated_at").notNull(),
    },
    (entry) => [primaryKey({ columns: [entry.visitorId, entry.key] })],
  );

  const groups = table("groups", {
    id: id("id").primaryKey(),
    name: text("name").notNull().unique(),
    createdAt: instant("created_at").notNull(),
  });

  const groupMembers = table(
    "group_members",
    {
      groupId: id("group_id")
        .notNull()
        .references(() => groups.id, { onDelete: "cascade" }),
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
    },
    (member) => [
      primaryKey({ columns: [member.groupId, member.userId] }),
      index("group_members_user_id").on(member.userId),
    ],
  );

  const userPermissions = table(
    "user_permissions",
    {
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      permission: text("permission").notNull(),
    },
    (held) => [primaryKey({ columns: [held.userId, held.permission] })],
  );

  const groupPermissions = table(
    "group_permissions",
    {
      groupId: id("group_id")
        .notNull()
        .references(() => groups.id, { onDelete: "cascade" }),
      permission: text("permission").notNull(),
    },
    (held) => [primaryKey({ columns: [held.groupId, held.permission] })],
  );

  /** Links sent by mail: each works once, for one purpose. Only the newest of a user and purpose is kept. */
  const accountTokens = table(
    "account_tokens",
    {
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      /** What the link does, as in `reset` or `verify`. */
      purpose: text("purpose").notNull(),
      /** SHA-256 of the link's token, hex. */
      tokenHash: text("token_hash").notNull().unique(),
      /** The address the link was sent to, as it was then. */
      email: text("email").notNull(),
      createdAt: instant("created_at").notNull(),
      expiresAt: instant("expires_at").notNull(),
    },
    (token) => [
      primaryKey({ columns: [token.userId, token.purpose] }),
      index("account_tokens_expires_at").on(token.expiresAt),
    ],
  );

  /** Whom an identity provider knows as whom. The provider's name for a person is the issuer and the subject, together. */
  const identities = table(
    "identities",
    {
      id: id("id").primaryKey(),
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      issuer: text("issuer").notNull(),
      subject: text("subject").notNull(),
      /** What the provider was called here when it was last used. */
      provider: text("provider").notNull(),
      /** What the provider last said, to be told apart by. Nothing is decided by it. */
      email: text("email"),
      /** The same, where the provider said that it has verified it: whoever has that address knows of this way in. */
      verifiedEmail: text("verified_email"),
      createdAt: instant("created_at").notNull(),
      lastUsedAt: instant("last_used_at"),
    },
    (identity) => [
      uniqueIndex("identities_issuer_subject").on(identity.issuer, identity.subject),
      index("identities_user_id").on(identity.userId),
    ],
  );

  /** Memberships that a provider's claims gave: only those are taken away by them. */
  const identityGroups = table(
    "identity_groups",
    {
      identityId: id("identity_id")
        .notNull()
        .references(() => identities.id, { onDelete: "cascade" }),
      groupId: id("group_id")
        .notNull()
        .references(() => groups.id, { onDelete: "cascade" }),
    },
    (membership) => [
      primaryKey({ columns: [membership.identityId, membership.groupId] }),
      index("identity_groups_group_id").on(membership.groupId),
    ],
  );

  /** What a session has from the provider it came from. The tokens are encrypted, each for its own row and column. */
  const providerSessions = table(
    "provider_sessions",
    {
      sessionId: id("session_id")
        .primaryKey()
        .references(() => sessions.id, { onDelete: "cascade" }),
      identityId: id("identity_id")
        .notNull()
        .references(() => identities.id, { onDelete: "cascade" }),
      provider: text("provider").notNull(),
      /** The provider's name for its own session. */
      sid: text("sid"),
      idToken: text("id_token"),
      accessToken: text("access_token"),
      refreshToken: text("refresh_token"),
      accessExpiresAt: instant("access_expires_at"),
      scope: text("scope"),
      /** Somebody refreshes the tokens, until then at most. */
      refreshingUntil: instant("refreshing_until"),
      /** Rises with every renewal of the tokens, and is another one after every sign-in. */
      version: count("version").notNull().default(0),
    },
    (session) => [
      index("provider_sessions_identity_id").on(session.identityId),
      index("provider_sessions_provider_sid").on(session.provider, session.sid),
    ],
  );

  /** Sign-ins with a provider that are under way: each for one browser, one provider and one answer. */
  const oidcTransactions = table(
    "oidc_transactions",
    {
      id: id("id").primaryKey(),
      /** SHA-256, hex, of what the provider gives back. */
      stateHash: text("state_hash").notNull().unique(),
      /** SHA-256, hex, of the cookie of the browser that began it. */
      bindingHash: text("binding_hash").notNull(),
      provider: text("provider").notNull(),
      issuer: text("issuer").notNull(),
      /** `sign-in`, `link`, `step-up` or `logout`. */
      purpose: text("purpose").notNull(),
      /** Encrypted: what proves that the answer is to this question. */
      secrets: text("secrets"),
      returnTo: text("return_to").notNull(),
      remember: flag("remember").notNull().default(false),
      /** Whose account it is about, where that is known. */
      userId: id("user_id").references(() => users.id, { onDelete: "cascade" }),
      /** The session it was begun in; once it is done, the one it made. No reference: sessions end before. */
      sessionId: id("session_id"),
      createdAt: instant("created_at").notNull(),
      expiresAt: instant("expires_at").notNull(),
      /** `started`, `claimed`, `pending` or `done`. */
      step: text("step").notNull(),
      /** Encrypted: what the provider said, while something is still to be asked. */
      pending: text("pending"),
    },
    (transaction) => [
      index("oidc_transactions_binding_hash").on(transaction.bindingHash),
      index("oidc_transactions_expires_at").on(transaction.expiresAt),
    ],
  );

  /** Logout tokens that were heard, so that none is heard twice, and whom they named, so that none of them comes in after it. */
  const providerLogouts = table(
    "provider_logouts",
    {
      issuer: text("issuer").notNull(),
      /** SHA-256, hex, of the token's id, or of whom it named: then with what that is before it. */
      jtiHash: text("jti_hash").notNull(),
      expiresAt: instant("expires_at").notNull(),
    },
    (logout) => [
      primaryKey({ columns: [logout.issuer, logout.jtiHash] }),
      index("provider_logouts_expires_at").on(logout.expiresAt),
    ],
  );

  /** Who did what to whom, and how it ended. Rows outlive their users, so nothing here refers to them by a constraint. */
  const auditEvents = table(
    "audit_events",
    {
      id: id("id").primaryKey(),
      at: instant("at").notNull(),
      /** As in `auth.login` or `admin.user.update`. */
      action: text("action").notNull(),
      /** `ok` or `refused`. */
      outcome: text("outcome").notNull(),
      reason: text("reason"),
      actorId: id("actor_id"),
      actorName: text("actor_name"),
      subjectId: id("subject_id"),
      subjectName: text("subject_name"),
      /** Who acts behind the actor while impersonating. */
      impersonatorId: id("impersonator_id"),
      sessionId: id("session_id"),
      ip: text("ip"),
      userAgent: text("user_agent"),
      details: json("details"),
    },
    (event) => [
      index("audit_events_at").on(event.at),
      index("audit_events_actor_id_at").on(event.actorId, event.at),
      index("audit_events_subject_id_at").on(event.subjectId, event.at),
    ],
  );

  /** Messages on their way to a user's open windows. Kept for minutes, so that a window that was reconnecting gets them too. */
  const notifications = table(
    "notifications",
    {
      id: id("id").primaryKey(),
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      message: json("message").notNull(),
      createdAt: instant("created_at").notNull(),
      expiresAt: instant("expires_at").notNull(),
    },
    (notification) => [
      index("notifications_user_id_created_at").on(notification.userId, notification.createdAt),
      index("notifications_expires_at").on(notification.expiresAt),
    ],
  );

  /** Counters that replicas share; the shape rate-limiter-flexible works with. */
  const rateLimits = table(
    "rate_limits",
    {
      key: text("key").primaryKey(),
      points: count("points").notNull(),
      expire: instant("expire"),
    },
    (limit) => [index("rate_limits_expire").on(limit.expire)],
  );

  /** Answers kept so that a retry with the same key does not act twice. Scoped to the user and the procedure. */
  const idempotencyKeys = table(
    "idempotency_keys",
    {
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      key: text("key").notNull(),
      procedure: text("procedure").notNull(),
      /** SHA-256 of the input, hex: the same key with another body is a conflict. */
      inputHash: text("input_hash").notNull(),
      result: json("result").notNull(),
      createdAt: instant("created_at").notNull(),
    },
    (entry) => [
      primaryKey({ columns: [entry.userId, entry.procedure, entry.key] }),
      index("idempotency_keys_created_at").on(entry.createdAt),
    ],
  );

  /**
   * Every file the storage may hold. Written before the first byte is stored, so that whatever happens then, each of them can be
   * found from here; a file that no row of the app names (any more) is removed.
   */
  const storedFiles = table("stored_files", {
    /** What the storage knows it by. */
    key: text("key").primaryKey(),
    createdAt: instant("created_at").notNull(),
    /** When it was complete, and named by a row of the app; null while it is on its way. */
    keptAt: instant("kept_at"),
  });

  return {
    users,
    sessions,
    sessionData,
    visitors,
    visitorData,
    groups,
    groupMembers,
    userPermissions,
    groupPermissions,
    accountTokens,
    identities,
    identityGroups,
    providerSessions,
    oidcTransactions,
    providerLogouts,
    auditEvents,
    notifications,
    rateLimits,
    idempotencyKeys,
    storedFiles,
  };
}

export const coreTables = defineTables(define);
export type CoreTables = ReturnType<typeof define>;
