declare module "vitest" {
  interface ProvidedContext {
    readonly postgresUrl: string;
  }
}

/** Under this name the set-up tells the tests where PostgreSQL is. */
export const providedUrl = "postgresUrl";
