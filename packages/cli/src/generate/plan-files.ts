import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { binPageSource } from "./bin-source.ts";
import { type Insertion, insertLines } from "./edit-file.ts";
import { describeSource, editSource, formSource } from "./form-source.ts";
import { pageSource } from "./page-source.ts";
import type { CrudPlan } from "./plan-crud.ts";
import { routerSource } from "./router-source.ts";
import { sceneSource } from "./scene-source.ts";
import { rowsTestSource, sampleSource } from "./test-source.ts";
import { textsSource } from "./texts-source.ts";
import { planVersionMigrations } from "./version-migrations.ts";

/** The folders of an app. */
export interface AppFolders {
  readonly api: string;
  /** Null where there is none: no page is written. */
  readonly web: string | null;
  /** Of the browser's tests; null where there are none. */
  readonly scenes: string | null;
}

export interface PlannedFiles {
  /** Files that are not there yet, by their paths. */
  readonly created: ReadonlyMap<string, string>;
  /** Files that are there, as they will be. */
  readonly changed: ReadonlyMap<string, string>;
  /** What could not be put in its place, for a person to do. */
  readonly left: readonly string[];
}

/** What is written and changed for a table, without touching anything. */
export function planFiles(plan: CrudPlan, { api, web, scenes }: AppFolders): PlannedFiles {
  const { file, files } = plan.names;
  const migrations = planVersionMigrations(api, plan.sqlName);
  const created = new Map([
    ...migrations.created,
    [join(api, `src/${file}/router.ts`), routerSource(plan)],
    [join(api, `src/${file}/sample-${file}.ts`), sampleSource(plan)],
    [join(api, `src/${file}/rows.test.ts`), rowsTestSource(plan)],
  ]);
  if (web !== null) {
    created.set(join(web, `src/${files}/${files}-page.tsx`), pageSource(plan));
    created.set(join(web, `src/${files}/${file}-form.tsx`), formSource(plan));
    created.set(join(web, `src/${files}/edit-${file}.tsx`), editSource(plan));
    created.set(join(web, `src/${files}/describe-${file}-field.tsx`), describeSource(plan));
    if (plan.removedAt) created.set(join(web, `src/${files}/${files}-bin-page.tsx`), binPageSource(plan));
    created.set(join(web, `src/${files}/${file}-texts.ts`), textsSource(plan));
  }
  if (web !== null && scenes !== null) created.set(join(scenes, `src/${files}.test.ts`), sceneSource(plan));

  const changed = new Map(migrations.changed);
  const left: string[] = [];
  for (const [path, insertions] of [...editsOfApi(plan, api), ...(web === null ? [] : editsOfWeb(plan, web))]) {
    const text = existsSync(path) ? insertLines(readFileSync(path, "utf8"), insertions) : null;
    if (text !== null) changed.set(path, text);
    else left.push(`${path}:\n${insertions.map(({ line }) => line).join("\n")}`);
  }
  return { created, changed, left };
}

type Edit = readonly [path: string, insertions: readonly Insertion[]];

function editsOfApi({ names }: CrudPlan, api: string): readonly Edit[] {
  const { singular, file, type } = names;
  return [
    [
      join(api, "src/router.ts"),
      [
        {
          line: `import { ${singular}Router } from "./${file}/router.ts";`,
          among: /^import .* from "\.\/.*router\.ts";$/,
        },
        { line: `  ${singular}: ${singular}Router,`, among: /^ {2}\w+: \w+(?:Router|Router\(.*\)),$/ },
      ],
    ],
    [
      join(api, "src/test/sample-inputs.ts"),
      [
        { line: `import { sample${type} } from "../${file}/sample-${file}.ts";`, among: /^import .* from ".*";$/ },
        { line: `  ...rowInputs("${singular}", sample${type}),`, before: /^ {2}\.\.\.rowInputs\(/ },
      ],
    ],
  ];
}

function editsOfWeb({ names, removedAt }: CrudPlan, web: string): readonly Edit[] {
  const { singular, plural, type, types, files } = names;
  const pages = [
    { route: plural, path: `/${files}`, page: `${types}Page`, file: `${files}-page` },
    ...(removedAt
      ? [{ route: `${plural}Bin`, path: `/${files}/bin`, page: `${types}BinPage`, file: `${files}-bin-page` }]
      : []),
  ];
  return [
    [
      join(web, "src/api.ts"),
      [{ line: `export type ${type} = Outputs["${singular}"]["get"];`, among: /^export type \w+ = Outputs\[/ }],
    ],
    [
      join(web, "src/router.tsx"),
      pages.flatMap(({ route, path, page, file }) => [
        { line: `import { ${page} } from "./${files}/${file}.tsx";`, among: /^import \{ \w+ \} from "\.\/.*";$/ },
        {
          line: `const ${route}Route = createRoute({ getParentRoute: () => signedInRoute, path: "${path}", component: ${page} });`,
          before: /^const adminRoute = /,
        },
        { line: `    ${route}Route,`, before: /^ {4}adminRoute,$/ },
      ]),
    ],
    [
      join(web, "src/shell/main-navigation.tsx"),
      [
        {
          line: `import { ${singular}Texts } from "../${files}/${names.file}-texts.ts";`,
          among: /^import .* from "\.\.\/.*";$/,
        },
        {
          line: `        <Link to="/${files}" className="shell__link">{${singular}Texts.title}</Link>`,
          before: /^ {8}<AdminLink \/>$/,
        },
      ],
    ],
  ];
}
