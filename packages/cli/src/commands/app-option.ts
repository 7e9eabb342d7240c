/** For commands that are about all of the database's tables. */
export const apiOption = { value: "folder", help: "Where the app's tables are; packages/api." } as const;
