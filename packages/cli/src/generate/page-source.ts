import { capitalise, toWords } from "./names.ts";
import { type CrudPlan, type PlannedField, titleOf } from "./plan-crud.ts";

/** The page of a table's rows: `src/<names>/<names>-page.tsx`. */
export function pageSource(plan: CrudPlan): string {
  const { names } = plan;
  const title = titleOf(plan);
  const { singular: one, type, types, file } = names;
  return `import { useState } from "react";

import { Button, ConfirmInPlace, EmptyState, Icon, ListControls, PageTitle, RelativeTime } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api, type ${type} } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";

import { ${type}Form } from "./${file}-form.tsx";
import { ${one}Texts as texts } from "./${file}-texts.ts";

/** The ${names.manyWords} the user may see, live. */
export function ${types}Page() {
  const { client: rpc } = api.useUtils();
  const list = useLiveList(rpc.${one});
  const [form, setForm] = useState<"none" | "open" | "left">("none");

  return (
    <div className="cs-page">
      <header className="cs-page__head">
        <PageTitle>{texts.title}</PageTitle>
        {form !== "open" && (
          // The focus comes back to where it was when the form took it.
          <Button variant="primary" autoFocus={form === "left"} onClick={() => setForm("open")}>
            <Icon name="plus" />
            {texts.create}
          </Button>
        )}
      </header>
      {form === "open" && (
        <section className="cs-panel">
          <${type}Form ${one}={null} onClose={() => setForm("left")} />
        </section>
      )}
      <ListControls
        search={list.search || null}
        onSearch={(text) => list.setSearch(text ?? "")}
        placeholder={texts.searchHint}
      />
      {list.status === "error" && <FailedList text={texts.failed} error={list.error} retry={list.retry} />}
      {list.status === "loading" && <LoadingRows />}
      {list.status === "ready" && list.rows.length === 0 && (
        <EmptyState title={list.search ? texts.nothing : texts.emptyTitle}>
          {list.search ? texts.nothingText : texts.emptyText}
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="cs-list" aria-label={texts.title}>
          {list.rows.map((${one}) => (
            <li className="cs-row" key={list.keyOf(${one})}>
              <${type}Row ${one}={${one}} onRemove={() => list.remove(${one})} />
            </li>
          ))}
        </ul>
      )}
      {list.hasMore && <Button onClick={list.loadMore}>{texts.more}</Button>}
    </div>
  );
}

interface ${type}RowProps {
  readonly ${one}: ${type};
  readonly onRemove: () => Promise<unknown>;
}

function ${type}Row({ ${one}, onRemove }: ${type}RowProps) {
  const [form, setForm] = useState<"none" | "open" | "left">("none");
  if (form === "open") return <${type}Form ${one}={${one}} onClose={() => setForm("left")} />;

  return (
    <>
      <div className="cs-row__main">
        <h2 className="cs-row__title">
          <bdi>{${one}.${title.name}}</bdi>
        </h2>
        <ul className="cs-row__facts">
${factsSource(plan)}
        </ul>
      </div>
      {${one}.$can.update && (
        <Button
          variant="quiet"
          size="small"
          aria-label={texts.editLabel(${stringOf(title, one)})}
          autoFocus={form === "left"}
          onClick={() => setForm("open")}
        >
          {texts.edit}
        </Button>
      )}
      {${one}.$can.remove && (
        <ConfirmInPlace
          action={texts.remove}
          label={texts.removeLabel(${stringOf(title, one)})}
          question={texts.removeQuestion(${stringOf(title, one)})}
          confirm={texts.remove}
          confirming={texts.removing}
          onConfirm={async () => void (await onRemove())}
        />
      )}
    </>
  );
}
`;
}

/** Its form, for a new row and for one that is there: `src/<names>/<name>-form.tsx`. */
export function formSource(plan: CrudPlan): string {
  const { names, fields } = plan;
  const { singular: one, type, file } = names;
  const kinds = new Set(fields.map(({ kind }) => kind));
  const controls = [
    "Button",
    ...(kinds.has("flag") ? ["Checkbox"] : []),
    ...(kinds.size > (kinds.has("flag") ? 1 : 0) ? ["Field"] : []),
    "FormFailure",
    ...(kinds.has("text") ? ["TextArea"] : []),
    ...(kinds.has("line") || kinds.has("instant") || kinds.has("number") ? ["TextInput"] : []),
    "usePages",
  ];
  return `import type { SubmitEvent } from "react";

import { ${controls.join(", ")} } from "@countersign/pages";
import { useCrudForm } from "@countersign/react";

import { api, type ${type} } from "../api.ts";

import { ${one}Texts as texts } from "./${file}-texts.ts";

export interface ${type}FormProps {
  /** Null for a new one. */
  readonly ${one}: ${type} | null;
  readonly onClose: () => void;
}

const empty = { ${fields.map((field) => `${field.name}: ${emptyValue(field)}`).join(", ")} };

/** Writes ${names.words} by ${names.words}; what is written stays through a lost connection until it is saved or given up. */
export function ${type}Form({ ${one}, onClose }: ${type}FormProps) {
  const { client: rpc } = api.useUtils();
  const { messages } = usePages();
  const form = useCrudForm(rpc.${one}, { row: ${one}, empty });

  function handleSubmit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    void save();
  }

  async function save() {
    const { status } = await form.save();
    if (status === "done" || status === "unchanged") onClose();
  }

  function handleCancel() {
    form.discard();
    onClose();
  }

  return (
    <form className="cs-form" aria-label={${one} ? texts.edit : texts.create} noValidate onSubmit={handleSubmit}>
      <FormFailure failure={form.failure} />
${fields.map((field, index) => controlSource(field, index === 0)).join("\n")}
      {form.conflict && (
        <div className="cs-notice" role="alert">
          <p>{texts.conflict}</p>
          <div className="cs-form__actions">
            <Button size="small" onClick={() => void form.keepMine()}>
              {texts.keepMine}
            </Button>
            <Button size="small" onClick={form.takeTheirs}>
              {texts.takeTheirs}
            </Button>
          </div>
        </div>
      )}
      <div className="cs-form__actions">
        <Button type="submit" variant="primary" isBusy={form.phase === "saving"}>
          {form.progress === "checking" ? texts.checking : messages.common.save}
        </Button>
        <Button variant="quiet" onClick={handleCancel}>
          {messages.common.cancel}
        </Button>
      </div>
    </form>
  );
}
${kinds.has("instant") ? instantSource : ""}`;
}

/** What the page says, in one place: `src/<names>/<name>-texts.ts`. */
export function textsSource(plan: CrudPlan): string {
  const { names, fields } = plan;
  const { words, manyWords } = names;
  const Many = capitalise(manyWords);
  return `/** What the page of the ${manyWords} says. For another language, write the same keys beside these and choose by \`useLanguage()\`. */
export const ${names.singular}Texts = {
  title: "${Many}",
  create: "New ${words}",
  edit: "Edit",
  editLabel: (name: string) => \`Edit “\${name}”\`,
  remove: "Delete",
  removeLabel: (name: string) => \`Delete “\${name}”\`,
  removeQuestion: (name: string) => \`Delete “\${name}”?\`,
  removing: "Deleting…",
  searchHint: "Search ${manyWords}",
  failed: "The ${manyWords} could not be loaded.",
  emptyTitle: "No ${manyWords} yet",
  emptyText: "Create the first one.",
  nothing: "Nothing found",
  nothingText: "Search for something else.",
  more: "Show more",
  conflict: "Somebody else has changed this meanwhile.",
  keepMine: "Keep mine",
  takeTheirs: "Keep theirs",
  checking: "Checking…",
  fields: {
${fields.map(({ name }) => `    ${name}: "${labelOf(name)}",`).join("\n")}
  },
} as const;
`;
}

/** What a field is called: a flag without its "is". */
function labelOf(name: string): string {
  return capitalise(toWords(/^is[A-Z]/.test(name) ? name.slice(2, 3).toLowerCase() + name.slice(3) : name));
}

function factsSource(plan: CrudPlan): string {
  const { fields, shown, names } = plan;
  const one = names.singular;
  const title = titleOf(plan);
  const facts = fields.flatMap(({ name, kind, isNullable }) => {
    if (name === title.name || kind === "text") return [];
    if (kind === "flag") return [`          {${one}.${name} && <li>{texts.fields.${name}}</li>}`];
    const value = kind === "instant" ? `<RelativeTime at={${one}.${name}} />` : `{${one}.${name}}`;
    const line = `<li>\n              {texts.fields.${name}} ${value}\n            </li>`;
    return isNullable
      ? [`          {${one}.${name} !== null && (\n            ${line}\n          )}`]
      : [`          ${line.replaceAll("\n  ", "\n")}`];
  });
  const time = shown.includes("updatedAt") ? "updatedAt" : shown[0];
  const last = time ? [`          <li>\n            <RelativeTime at={${one}.${time}} />\n          </li>`] : [];
  return [...facts, ...last].join("\n");
}

function stringOf(title: PlannedField, one: string): string {
  return title.isNullable ? `${one}.${title.name} ?? ""` : `${one}.${title.name}`;
}

function emptyValue({ kind, isNullable }: PlannedField): string {
  if (isNullable) return kind === "line" || kind === "text" ? `""` : "null";
  switch (kind) {
    case "flag":
      return "false";
    case "number":
      return "0";
    case "instant":
      return "new Date().toISOString()";
    default:
      return `""`;
  }
}

function controlSource(field: PlannedField, isFirst: boolean): string {
  const focus = isFirst ? " autoFocus" : "";
  const { name, kind, isNullable, isOptional } = field;
  const write = (value: string) => `onChange={(event) => form.set({ ${name}: ${value} })}`;
  if (kind === "flag") {
    return `      <Checkbox
        label={texts.fields.${name}}
        checked={form.values.${name}${isNullable ? " ?? false" : ""}}
        ${write("event.currentTarget.checked")}
      />`;
  }
  const optional = isOptional ? " isOptional" : "";
  const text = isNullable ? `form.values.${name} ?? ""` : `form.values.${name}`;
  const controls: Record<Exclude<PlannedField["kind"], "flag">, string> = {
    line: `<TextInput {...control}${focus} dir="auto" value={${text}} ${write("event.currentTarget.value")} />`,
    text: `<TextArea {...control}${focus} dir="auto" value={${text}} ${write("event.currentTarget.value")} />`,
    number: `<TextInput {...control} type="number" step={1} value={form.values.${name}${isNullable ? ` ?? ""` : ""}} ${write(isNullable ? `event.currentTarget.value === "" ? null : Number(event.currentTarget.value)` : "Number(event.currentTarget.value)")} />`,
    instant: `<TextInput {...control} type="datetime-local" value={toLocal(form.values.${name})} ${write(`fromLocal(event.currentTarget.value)${isNullable ? "" : ` ?? form.values.${name}`}`)} />`,
  };
  return `      <Field label={texts.fields.${name}} error={form.errors.${name}}${optional}>
        {(control) => ${controls[kind]}}
      </Field>`;
}

const instantSource = `
/** An instant as the control writes it, in the time of the person. */
function toLocal(instant: string | null): string {
  if (instant === null) return "";
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function fromLocal(text: string): string | null {
  return text === "" ? null : new Date(text).toISOString();
}
`;
