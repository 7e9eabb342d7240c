/** The words a table's files and procedures are called by. */
export interface Names {
  /** On the wire and in the code, as in `projectMember`. */
  readonly singular: string;
  /** In the code, as in `projectMembers`. */
  readonly plural: string;
  /** Of types and components, as in `ProjectMember`. */
  readonly type: string;
  readonly types: string;
  /** Of files, folders and addresses, as in `project-member`. */
  readonly file: string;
  readonly files: string;
  /** For people, as in `project member`. */
  readonly words: string;
  readonly manyWords: string;
}

/** The words made from a table's name in the code; the singular too, unless it is given. */
export function namesOf(table: string, singular: string | null): Names {
  const one = singular ?? toSingular(table);
  return {
    singular: one,
    plural: table,
    type: capitalise(one),
    types: capitalise(table),
    file: toWords(one).replaceAll(" ", "-"),
    files: toWords(table).replaceAll(" ", "-"),
    words: toWords(one),
    manyWords: toWords(table),
  };
}

/** `dueAt` as people read it: `due at`. */
export function toWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function capitalise(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** The regular endings of English; for others the singular is given. */
function toSingular(plural: string): string {
  if (plural.endsWith("ies")) return `${plural.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/.test(plural)) return plural.slice(0, -2);
  return plural.endsWith("s") && !plural.endsWith("ss") ? plural.slice(0, -1) : plural;
}
