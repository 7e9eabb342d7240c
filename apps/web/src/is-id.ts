/** Can this be the id of a row? What else stands in an address is not asked of the server. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && uuid.test(value);
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
