import type { CrudPlan, PlannedField } from "./plan-crud.ts";

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
    "Notice",
    ...(kinds.has("number") ? ["NumberInput"] : []),
    ...(kinds.has("text") ? ["TextArea"] : []),
    ...(kinds.has("line") || kinds.has("instant") ? ["TextInput"] : []),
    "usePages",
  ];
  return `import { type SubmitEvent, useEffect, useRef } from "react";

import { ${controls.join(", ")} } from "@countersign/pages";
import { useCrudForm } from "@countersign/react";

import { api, type ${type} } from "../api.ts";
import { ConflictChoice } from "../conflict-choice.tsx";

import { describe${type}Field } from "./describe-${file}-field.tsx";
import { ${one}Texts as texts } from "./${file}-texts.ts";

export interface ${type}FormProps {
  /** Null for a new one. */
  readonly ${one}: ${type} | null;
  /** Is it not there any more, so that this is what it was last? */
  readonly isGone: boolean;
  readonly onClose: () => void;
}

type ${type}Values = Pick<${type}, ${fields.map(({ name }) => `"${name}"`).join(" | ")}>;

const empty: ${type}Values = { ${fields.map((field) => `${field.name}: ${emptyValue(field)}`).join(", ")} };

/** Writes ${names.words} by ${names.words}; what is written stays through a lost connection until it is saved or given up. */
export function ${type}Form({ ${one}, isGone, onClose }: ${type}FormProps) {
  const { client: rpc } = api.useUtils();
  const { messages${kinds.has("instant") ? ", locale" : ""} } = usePages();
  const form = useCrudForm(rpc.${one}, { row: ${one}, isGone, empty${kinds.has("number") ? ", validate: findFaults" : ""} });
  const element = useRef<HTMLFormElement>(null);

  // A refused save puts the person where the mistake is.
  const { errors } = form;
  useEffect(() => {
    if (Object.keys(errors).length > 0) element.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [errors]);

  const isSaving = form.phase === "saving";
  if (form.conflict) {
    return (
      <ConflictChoice
        title={texts.conflict}
        form={form}
        conflict={form.conflict}
        describe={(name, value) => describe${type}Field(name, value${kinds.has("instant") ? ", locale" : ""})}
        onDone={onClose}
      />
    );
  }

  function handleSubmit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    void save();
  }

  async function save() {
    const { status } = await (form.phase === "gone" ? form.saveAsNew() : form.save());
    if (status === "done" || status === "unchanged") onClose();
  }

  function handleCancel() {
    form.discard();
    onClose();
  }

  return (
    <form
      className="cs-form"
      ref={element}
      aria-label={${one} ? texts.edit : texts.create}
      noValidate
      onSubmit={handleSubmit}
    >
      {form.isOutdated && (
        <Notice
          tone="warning"
          action={
            <Button size="small" onClick={form.compare}>
              {texts.compare}
            </Button>
          }
        >
          {texts.outdated}
        </Notice>
      )}
      {form.phase === "gone" && <Notice tone="warning">{texts.gone}</Notice>}
      <FormFailure failure={form.failure} />
${fields.map((field, index) => controlSource(field, index === 0)).join("\n")}
      <div className="cs-form__actions">
        <Button type="submit" variant="primary" isBusy={isSaving}>
          {form.phase === "gone" ? texts.saveAsNew : texts.phases[form.progress ?? "none"]}
        </Button>
        <Button variant="quiet" onClick={handleCancel}>
          {messages.common.cancel}
        </Button>
      </div>
    </form>
  );
}
${kinds.has("number") ? faultsSource(plan) : ""}${kinds.has("instant") ? instantSource : ""}`;
}

/** The form of a row that is there, wherever the list shows it: `src/<names>/edit-<name>.tsx`. */
export function editSource({ names }: CrudPlan): string {
  const { singular: one, type, file } = names;
  return `import { useState } from "react";

import { useLiveList } from "@countersign/react";

import { api, type ${type} } from "../api.ts";

import { ${type}Form } from "./${file}-form.tsx";

export interface Edit${type}Props {
  /** As it was when it was opened. */
  readonly ${one}: ${type};
  readonly onClose: () => void;
}

/** Changes one ${names.words}, live: when it is removed, what was written stays. */
export function Edit${type}({ ${one}, onClose }: Edit${type}Props) {
  const { client: rpc } = api.useUtils();
  const { status, rows } = useLiveList(rpc.${one}, { filter: { id: { eq: ${one}.id } }, pageSize: 1 });
  const [present] = rows;
  const [seen, setSeen] = useState(${one});
  if (present && present !== seen) setSeen(present);

  return <${type}Form ${one}={present ?? seen} isGone={status === "ready" && !present} onClose={onClose} />;
}
`;
}

/** What stands in its fields, in words: `src/<names>/describe-<name>-field.tsx`. */
export function describeSource({ names, fields }: CrudPlan): string {
  const { singular: one, type, file } = names;
  const instants = fields.filter(({ kind }) => kind === "instant").map(({ name }) => `"${name}"`);
  const asked = instants.length > 0 ? ", locale: string | undefined" : "";
  const types = ["string", "number", "boolean", "null"].join(" | ");
  return `import type { ReactNode } from "react";

import { ${one}Texts as texts } from "./${file}-texts.ts";

type FieldName = keyof typeof texts.fields;
${instants.length > 0 ? `\nconst instants: ReadonlySet<FieldName> = new Set<FieldName>([${instants.join(", ")}]);\n` : ""}
/** A field of a ${names.words} and what is in it, as people read it. */
export function describe${type}Field(name: FieldName, value: ${types}${asked}) {
  return { label: texts.fields[name], value: describeValue(${instants.length > 0 ? "name, value, locale" : "value"}) };
}

function describeValue(${instants.length > 0 ? "name: FieldName, " : ""}value: ${types}${asked}): ReactNode {
  if (value === null || value === "") return texts.empty;
  if (typeof value === "boolean") return value ? texts.yes : texts.no;
${instants.length > 0 ? "  if (instants.has(name)) return new Date(value).toLocaleString(locale);\n" : ""}  return <bdi>{value}</bdi>;
}
`;
}

/** A number that has to be there begins as none, so that nobody saves one they did not choose. */
function emptyValue({ kind, isNullable, isOptional }: PlannedField): string {
  if (isNullable) return kind === "line" || kind === "text" ? `""` : "null";
  switch (kind) {
    case "flag":
      return "false";
    case "number":
      return isOptional ? "0" : "Number.NaN";
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
        disabled={isSaving}
        checked={form.values.${name}${isNullable ? " ?? false" : ""}}
        ${write("event.currentTarget.checked")}
      />`;
  }
  const optional = isOptional ? " isOptional" : "";
  const text = isNullable ? `form.values.${name} ?? ""` : `form.values.${name}`;
  const controls: Record<Exclude<PlannedField["kind"], "flag">, string> = {
    line: `<TextInput {...control}${focus} disabled={isSaving} dir="auto" value={${text}} ${write("event.currentTarget.value")} />`,
    text: `<TextArea {...control}${focus} disabled={isSaving} dir="auto" value={${text}} ${write("event.currentTarget.value")} />`,
    number: `<NumberInput {...control}${focus} disabled={isSaving} value={form.values.${name}} onChange={(value) => form.set({ ${name}: value${isNullable ? "" : " ?? Number.NaN"} })} />`,
    // Without an end a year has six digits, and the fifth one empties the field.
    instant: `<TextInput {...control}${focus} disabled={isSaving} type="datetime-local" max="9999-12-31T23:59" value={toLocal(form.values.${name})} ${write(`fromLocal(event.currentTarget.value)${isNullable ? "" : ` ?? form.values.${name}`}`)} />`,
  };
  return `      <Field label={texts.fields.${name}} error={form.errors.${name}}${optional}>
        {(control) => ${controls[kind]}}
      </Field>`;
}

function faultsSource({ names, fields }: CrudPlan): string {
  const numbers = fields.filter(({ kind }) => kind === "number");
  const faults = numbers.map(({ name, isNullable }) => {
    const good = `${isNullable ? `values.${name} === null || ` : ""}Number.isFinite(values.${name})`;
    return `    ...(!${isNullable ? `(${good})` : good} && { ${name}: texts.noNumber }),`;
  });
  return `
/** What can be told without the server. */
function findFaults(values: ${names.type}Values): { readonly [Name in keyof ${names.type}Values]?: string } {
  return {
${faults.join("\n")}
  };
}
`;
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
