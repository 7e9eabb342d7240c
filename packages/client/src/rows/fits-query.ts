import type { ListQuery } from "./rows-router.ts";

type Fields = Readonly<Record<string, unknown>>;
type Filter = Readonly<Record<string, Fields | undefined>>;

/** Would this row, which the server has not judged yet, be in the list? What cannot be told here does not fit. */
export function fitsQuery(row: Fields, { filter, search }: ListQuery): boolean {
  return (
    fitsSearch(row, search?.trim() ?? "") && entriesOf(filter).every(([name, operands]) => fits(row, name, operands))
  );
}

/** Would a row of the list still be in it, now that these of its fields are others? */
export function staysIn(row: Fields, changed: Fields, { filter }: ListQuery): boolean {
  return entriesOf(filter).every(([name, operands]) => !(name in changed) || fits(row, name, operands));
}

function entriesOf(filter: object | undefined): [string, Fields][] {
  const entries = Object.entries((filter ?? {}) as Filter);
  return entries.flatMap(([name, operands]) => (operands === undefined ? [] : [[name, operands]]));
}

/** Which columns are searched only the server knows: any text of the row counts. */
function fitsSearch(row: Fields, search: string): boolean {
  if (search === "") return true;
  return Object.values(row).some((value) => typeof value === "string" && contains(value, search));
}

function fits(row: Fields, name: string, operands: Fields): boolean {
  if (!(name in row)) return false;
  return Object.entries(operands).every(
    ([operator, operand]) => operand === undefined || compare(operator, row[name] ?? null, operand),
  );
}

/** As the server compares: nothing equals null, and nothing is more or less than it. */
function compare(operator: string, value: unknown, operand: unknown): boolean {
  if (operator === "isNull") return (value === null) === operand;
  if (value === null) return false;
  switch (operator) {
    case "eq":
      return value === operand;
    case "ne":
      return value !== operand;
    case "in":
      return Array.isArray(operand) && operand.includes(value);
    case "contains":
      return typeof value === "string" && contains(value, String(operand));
    case "startsWith":
      return typeof value === "string" && value.toLowerCase().startsWith(String(operand).toLowerCase());
    default:
      return isBeyond(operator, compareValues(value, operand));
  }
}

function isBeyond(operator: string, difference: number): boolean {
  switch (operator) {
    case "gt":
      return difference > 0;
    case "gte":
      return difference >= 0;
    case "lt":
      return difference < 0;
    case "lte":
      return difference <= 0;
    default:
      return false;
  }
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** Below zero when the first comes first. Times are texts of one form, which sort as they pass. */
export function compareValues(one: unknown, other: unknown): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [first, second] = [String(one), String(other)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
