/** A permission's name: `app.codename`, lower case, one dot. */
export type PermissionName = `${string}.${string}`;

const pattern = /^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}$/;

/** Is this string shaped like a permission's name? Says nothing about whether it was declared. */
export function isPermissionName(name: unknown): name is PermissionName {
  return typeof name === "string" && pattern.test(name);
}

/**
 * Declares the permissions an app knows, so that guards are checked by the compiler and again at start.
 *
 * @throws if a name is malformed or declared twice.
 */
export function definePermissions<const Name extends PermissionName>(names: readonly Name[]): readonly Name[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (!isPermissionName(name)) {
      throw new Error(
        `Permission "${String(name)}" is malformed. Write it as app.codename, lower case, as in "notes.change".`,
      );
    }
    if (seen.has(name)) throw new Error(`Permission "${name}" is declared twice. Remove one of them.`);
    seen.add(name);
  }
  return Object.freeze([...names]);
}
