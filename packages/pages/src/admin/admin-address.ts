import type { Routes } from "../provider/routes.ts";

/** What is behind `?` in the address, as the app's router reads it. */
export type AdminSearch = Readonly<Record<string, unknown>>;

/** One parameter of the address as text; null when it is not there, or more than one. */
export function readParameter(search: AdminSearch, name: string): string | null {
  const value = search[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The parameter where it is one of these, else null: what else people write into an address is not asked of the server. */
export function readChoice<Choice extends string>(
  search: AdminSearch,
  name: string,
  choices: readonly Choice[],
): Choice | null {
  const value = readParameter(search, name);
  return choices.find((choice) => choice === value) ?? null;
}

/** The parameter as the id of a row. */
export function readId(search: AdminSearch, name: string): string | null {
  const value = readParameter(search, name);
  return value !== null && uuid.test(value) ? value : null;
}

/** The path of an admin's page, with what it shows. Null and undefined leave a parameter out. */
export function adminPath(
  routes: Routes,
  path: string,
  parameters: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = new URLSearchParams(given).toString();
  return `${routes.admin}/${path}${query ? `?${query}` : ""}`;
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
