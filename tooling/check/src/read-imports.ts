import { parseSync, Visitor } from "oxc-parser";

/** One place where a file names another module. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Only types are taken, so nothing of the module is there when the program runs. */
  readonly isType: boolean;
  /** `export * from "…"`. */
  readonly isExportAll: boolean;
}

/**
 * Everything a source file imports: `import`, `export … from`, `import()` and `import("…")` in a type. A computed
 * `import()` is left out: it names no module.
 *
 * @throws when the file cannot be parsed.
 */
export function readImports(file: string, text: string): Import[] {
  const { program, module, errors } = parseSync(file, text);
  if (errors[0]) throw new Error(`${file} cannot be parsed: ${errors[0].message}`);

  const imports: Import[] = [];
  const add = (start: number, specifier: string, kind: { isType?: boolean; isExportAll?: boolean } = {}) => {
    const line = text.slice(0, start).split("\n").length;
    imports.push({ specifier, line, isType: kind.isType ?? false, isExportAll: kind.isExportAll ?? false });
  };

  for (const { moduleRequest, entries, start } of module.staticImports) {
    add(start, moduleRequest.value, { isType: entries.length > 0 && entries.every((entry) => entry.isType) });
  }
  new Visitor({
    ExportAllDeclaration: ({ source, start, exportKind }) =>
      add(start, source.value, { isType: exportKind === "type", isExportAll: true }),
    ExportNamedDeclaration: ({ source, start, exportKind }) => {
      if (source) add(start, source.value, { isType: exportKind === "type" });
    },
    ImportExpression: ({ source, start }) => {
      if (source.type === "Literal" && typeof source.value === "string") add(start, source.value);
    },
    TSImportType: ({ source, start }) => add(start, source.value, { isType: true }),
  }).visit(program);

  return imports;
}
