/**
 * What the library's own procedures find wrong with a field (`data.fields`), in English, `#` standing for a number. A
 * page in another language finds its own words by the name; a sentence that is not among these is shown as it came. A
 * test in `auth` holds the server to them.
 */
export const fieldFaults = {
  tooShort: "Too short: at least # characters.",
  tooLong: "Too long: at most # characters.",
  brokenCharacter: "It has a broken character in it. Type it again.",
  invisibleCharacter: "It has an invisible character in it. Type it again.",
  mixedScripts: "Use letters of one script: those of several can look like another name.",
  unstorableCharacter: "It has a character that cannot be kept. Type it again.",
  passwordCommon: "Too common: it is among the first ones tried. Choose another.",
  passwordLikeName: "It must differ from your username and email by more than a few characters.",
  passwordLikeSite: "It must differ from the name of this site by more than a few characters.",
  usernameMissing: "Choose a username.",
  usernameWithAt: "Leave out the @: it tells an email address from a username.",
  usernameTaken: "This username is taken.",
  emailMissing: "Enter your email address.",
  emailRequired: "An account needs an email address here.",
  emailMalformed: "Write an email address, as in ann@example.com.",
  emailTaken: "There is an account with this address already.",
  emailSame: "This is the address you have.",
  emailOwn: "Change your own address on the page of your account: it has to be confirmed.",
  groupNameMissing: "Give the group a name.",
} as const;

export type FieldFaultName = keyof typeof fieldFaults;

export interface FieldFault {
  readonly name: FieldFaultName;
  /** The number in it, where there is one. */
  readonly count: number | null;
}

/** The fault that a sentence of the server names, or null. */
export function findFieldFault(sentence: string): FieldFault | null {
  const name = namesBySentence.get(sentence.replace(/\d+/, "#"));
  if (name === undefined) return null;
  const digits = /\d+/.exec(sentence);
  return { name, count: digits ? Number(digits[0]) : null };
}

const namesBySentence = new Map(
  // `Object.entries` forgets that the keys are those of the table.
  Object.entries(fieldFaults).map(([name, sentence]) => [sentence as string, name as FieldFaultName]),
);
