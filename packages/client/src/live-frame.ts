import type { LiveListFrame, LiveRow } from "@countersign/contract";

/** The frame in what a live subscription gave, tRPC's `tracked` envelope taken off; null when there is none. */
export function readLiveFrame<Row extends LiveRow>(value: unknown): LiveListFrame<Row> | null {
  if (!isObject(value) || !isObject(value["data"])) return null;
  const frame = value["data"];
  const isFrame =
    frame["type"] === "list"
      ? isRows(frame["rows"])
      : frame["type"] === "difference" && isRows(frame["upsert"]) && isIds(frame["remove"]) && isOrder(frame["order"]);
  const { total } = frame;
  if (total !== undefined && typeof total !== "number") return null;
  // What a row has besides id and version is the app's own, and typed by its router.
  return isFrame ? (frame as unknown as LiveListFrame<Row>) : null;
}

function isRows(value: unknown): boolean {
  return Array.isArray(value) && value.every(isRow);
}

function isRow(value: unknown): boolean {
  return isObject(value) && typeof value["id"] === "string" && typeof value["version"] === "number";
}

function isIds(value: unknown): boolean {
  return Array.isArray(value) && value.every((id) => typeof id === "string");
}

function isOrder(value: unknown): boolean {
  return value === undefined || isIds(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
