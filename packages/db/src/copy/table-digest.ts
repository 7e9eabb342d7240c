import { hash } from "node:crypto";

import type { CopiedRow } from "./copied-row.ts";
import type { CopiedTable } from "./copied-table.ts";

/** Says whether two tables hold the same rows, whatever order they come in. */
export interface TableDigest {
  add(row: CopiedRow): void;
  readonly rows: number;
  /** 64 hex digits. */
  value(): string;
}

/** The sum of the rows' SHA-256: the databases sort texts each in their own way, and a sum does not care. */
export function createTableDigest(table: CopiedTable): TableDigest {
  let sum = 0n;
  let rows = 0;
  return {
    add(row) {
      const values = row.map((value, index) =>
        value !== null && table.columns[index]?.kind === "json" ? sortKeys(JSON.parse(value)) : value,
      );
      sum = (sum + BigInt(`0x${hash("sha256", JSON.stringify(values), "hex")}`)) % modulus;
      rows += 1;
    },
    get rows() {
      return rows;
    },
    value: () => sum.toString(16).padStart(64, "0"),
  };
}

const modulus = 1n << 256n;

/** Postgres keeps what JSON means, and neither the order of keys nor blanks. As text, so that no key is anything but a key. */
function sortKeys(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortKeys).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${sortKeys(each)}`).join()}}`;
}
