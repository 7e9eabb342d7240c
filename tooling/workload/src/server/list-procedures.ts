import { z } from "zod";

import { createWorkloadRouter } from "./router.ts";

/** A procedure of the workload's servers, with what it takes, as JSON Schema; null where it takes nothing. */
export interface OfferedProcedure {
  readonly path: string;
  readonly type: "query" | "mutation" | "subscription";
  /** By which it has to be called; `any` where that does not matter. */
  readonly transport: "any" | "file" | "http";
  readonly input: JsonSchema | null;
}

/** As much of JSON Schema as inputs are described in. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** Everything that can be called. */
export function listProcedures(): readonly OfferedProcedure[] {
  // The cast: tRPC keeps more of a procedure than its types tell.
  const procedures = createWorkloadRouter({ remarkColumn: null })._def.procedures as unknown as Record<
    string,
    Definition
  >;
  return Object.entries(procedures).map(([path, { _def }]) => {
    const schemas = (_def.inputs ?? []).map((input) => toJsonSchema(input));
    const input = schemas.length > 1 ? { allOf: schemas } : (schemas[0] ?? null);
    return { path, type: _def.type, transport: _def.meta?.rule?.transport ?? "any", input };
  });
}

function toJsonSchema(input: z.ZodType): JsonSchema {
  // The cast: what is described is of this shape, or of one that is left out.
  return z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

interface Definition {
  readonly _def: {
    readonly type: OfferedProcedure["type"];
    readonly inputs?: readonly z.ZodType[];
    readonly meta?: { readonly rule?: { readonly transport?: OfferedProcedure["transport"] } };
  };
}
