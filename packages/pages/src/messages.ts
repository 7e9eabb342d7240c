/**
 * Every text of the pages, in English. Texts with parts are functions, so that a language can order and inflect them as
 * it needs. Another language is another object of the type `Messages`; single texts are changed through
 * `<PagesProvider messages={{ login: { title: "Welcome back" } }}>`.
 */
export const englishMessages = {
  common: {
    cancel: "Cancel",
    dismiss: "Dismiss",
    loading: "Loading…",
    none: "None",
    optional: "Optional",
    retry: "Try again",
    skipToContent: "Skip to content",
    showPassword: "Show password",
    hidePassword: "Hide password",
    justNow: "just now",
    notifications: "Notifications",
  },
  login: {
    title: "Sign in",
    login: "Username or email",
    password: "Password",
    remember: "Keep me signed in",
    submit: "Sign in",
    submitting: "Signing in…",
    loginMissing: "Enter your username or email.",
    passwordMissing: "Enter your password.",
    noAccount: "No account yet?",
    register: "Create one",
  },
  register: {
    title: "Create your account",
    username: "Username",
    usernameHelp: "Others may see it.",
    usernameMissing: "Choose a username.",
    email: "Email",
    emailHelp: "Lets you sign in by email too.",
    password: "Password",
    passwordHelp: "At least 8 characters. A few random words make a good one.",
    passwordMissing: "Choose a password.",
    submit: "Create account",
    submitting: "Creating account…",
    haveAccount: "Already have an account?",
    login: "Sign in",
  },
  account: {
    title: "Account",
    profile: "Profile",
    username: "Username",
    name: "Name",
    email: "Email",
    emailVerified: "Verified",
    emailUnverified: "Not verified",
    roles: "Role",
    staff: "Staff",
    superuser: "Superuser",
    groups: "Groups",
    signedIn: "Signed in",
    sessionExpires: "Session ends",
    sessionExpiresHelp: "unless it is used before then",
  },
  sessions: {
    title: "Where you are signed in",
    lead: "End a session you do not know: its device is signed out at once.",
    current: "This device",
    lastUsed: "Last used",
    created: "Signed in",
    unknownAddress: "Unknown address",
    end: "End session",
    endQuestion: (device: string) => `End the session on ${device}?`,
    endLabel: (device: string) => `End session on ${device}`,
    ending: "Ending…",
    ended: (device: string) => `The session on ${device} has ended.`,
    endOthers: "End all others",
    endOthersQuestion: (count: number) => (count === 1 ? "End the other session?" : `End the ${count} other sessions?`),
    endOthersConfirm: "End them",
    endedOthers: (count: number) =>
      count === 1 ? "1 other session has ended." : `${count} other sessions have ended.`,
    onlyThis: "You are signed in nowhere else.",
    failed: "Your sessions could not be loaded.",
  },
  device: {
    named: (browser: string, system: string) => `${browser} on ${system}`,
    unknown: "Unknown device",
  },
  forbidden: {
    title: "You do not have access to this page",
    text: "Your account lacks a permission it needs. If you think it should have it, ask an administrator.",
    home: "Go to the start page",
  },
  notFound: {
    title: "This page does not exist",
    text: "The address may be mistyped, or the page has moved.",
    home: "Go to the start page",
  },
  crash: {
    title: "Something went wrong",
    text: "This page could not be shown. Reloading it often helps; what was saved is safe.",
    reload: "Reload",
  },
  signOut: {
    action: "Sign out",
    failed: "You could not be signed out: the server did not answer. Try again.",
  },
  userMenu: {
    label: (username: string) => `Account menu of ${username}`,
    account: "Account",
  },
  connection: {
    connecting: "Connecting…",
    reconnecting: "Reconnecting…",
    offline: "Offline: changes wait",
    refused: "The server refused the connection",
    reload: "Reload",
  },
  /** Why a session ended, said on the login page. */
  sessionEnd: {
    signed_out: "You are signed out.",
    signed_out_elsewhere: "You were signed out from another device.",
    replaced: "Your session was renewed. Sign in again to go on.",
    expired: "Your session has expired. Sign in again to go on.",
    password_changed: "Your password was changed. Sign in with the new one.",
    deactivated: "This account is no longer active.",
    deleted: "This account has been deleted.",
    ended: "Your session was ended. Sign in again to go on.",
  },
  errors: {
    invalidCredentials: "That name and password do not match.",
    rateLimited: (wait: string) => `Too many attempts. Try again in ${wait}.`,
    rateLimitedUnknown: "Too many attempts. Wait a moment and try again.",
    invalidFields: "Some fields need another look.",
    signUpClosed: "New accounts are not accepted at the moment.",
    unavailable: "The service is busy. Nothing was changed; try again in a moment.",
    reauth: "For this you need to have signed in recently. Sign out and in again.",
    forbidden: "You are not allowed to do this.",
    notFound: "It is no longer there.",
    unreachable: "The server did not answer. Check your connection and try again.",
    unknown: "Something went wrong. Try again.",
    unknownWithId: (id: string) => `Something went wrong. Try again; if it stays so, report ${id}.`,
  },
};

/** A whole catalogue: the shape of `englishMessages`. */
export type Messages = typeof englishMessages;

/** Some texts of a catalogue. A key that does not exist is a type error. */
export type MessageOverrides = { readonly [Section in keyof Messages]?: Partial<Messages[Section]> };

/** The catalogue with some of its texts replaced. */
export function overrideMessages(base: Messages, overrides: MessageOverrides): Messages {
  const sections = Object.entries(base).map(([section, texts]) => {
    return [section, { ...texts, ...overrides[section as keyof Messages] }];
  });
  // Object.fromEntries forgets which section is which; the entries above are those of `base`.
  return Object.fromEntries(sections) as Messages;
}
