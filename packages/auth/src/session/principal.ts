/** The live user, read from the database for this call. Never sent to a browser as it is: see the snapshot. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  readonly locale: string | null;
  readonly createdAt: Date;
  /** Rises with every change of the user and of what the user may do. */
  readonly version: number;
}

/** The live session this call stands on. Holds neither the token nor its hash. */
export interface Session {
  /** The public handle. It opens nothing. */
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly authenticatedAt: Date;
  /** The idle limit, never beyond `absoluteExpiresAt`. */
  readonly expiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly remember: boolean;
  readonly impersonatedBy: string | null;
  readonly version: number;
}

/** Who is calling, on what session, with which rights: one consistent reading of the database. */
export interface Principal {
  readonly user: User;
  readonly session: Session;
  /** Held directly or through groups; a superuser's set is not filled up: ask `can`. */
  readonly permissions: ReadonlySet<string>;
  /** Names of the user's groups. */
  readonly groups: ReadonlySet<string>;
}
