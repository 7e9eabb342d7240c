import { type CrudPlan, type PlannedField, titleOf } from "./plan-crud.ts";

/** The page of a table's rows: `src/<names>/<names>-page.tsx`. */
export function pageSource(plan: CrudPlan): string {
  const { names, removedAt } = plan;
  const { singular: one, type, types, file, files } = names;
  const pages = [
    "Button",
    ...(removedAt ? ["buttonClass"] : []),
    "ConfirmInPlace",
    "EmptyState",
    "Icon",
    ...(removedAt ? ["Link"] : []),
    "ListControls",
    "PageTitle",
    ...(factsSource(plan).includes("RelativeTime") ? ["RelativeTime"] : []),
  ];
  return `import { useRef, useState } from "react";

import type { ChangeOutcome } from "@countersign/client";
import { ${pages.join(", ")} } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api, type ${type} } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";
import { RowFailure } from "../row-failure.tsx";

import { Edit${type} } from "./edit-${file}.tsx";
import { ${type}Form } from "./${file}-form.tsx";
import { ${one}Texts as texts } from "./${file}-texts.ts";

/** The ${names.manyWords} the user may see, live. */
export function ${types}Page() {
  const { client: rpc } = api.useUtils();
  // Shown until they are gone: a row says itself when its removal was refused.
  const list = useLiveList(rpc.${one}, { removing: "mark" });
  const [open, setOpen] = useState<${type} | "new" | null>(null);
  const opener = useRef<HTMLElement>(null);

  function openForm(of: ${type} | "new", button: HTMLElement) {
    opener.current = button;
    setOpen(of);
  }

  /** The focus goes back to where it was when the form took it. */
  function closeForm() {
    setOpen(null);
    opener.current?.focus();
  }

  return (
    <div className="cs-page">
      <header className="cs-page__head">
        <PageTitle>{texts.title}</PageTitle>
        <div className="cs-form__actions">
${
  removedAt
    ? `          <Link to="/${files}/bin" className={buttonClass({ variant: "quiet" })}>{texts.bin}</Link>
`
    : ""
}          <Button variant="primary" onClick={(event) => openForm("new", event.currentTarget)}>
            <Icon name="plus" />
            {texts.create}
          </Button>
        </div>
      </header>
      {open !== null && (
        // Apart from the rows: what is written stays in sight when its row moves, or goes.
        <section className="cs-panel cs-panel--wide" key={open === "new" ? open : open.id}>
          {open === "new" ? (
            <${type}Form ${one}={null} isGone={false} onClose={closeForm} />
          ) : (
            <Edit${type} ${one}={open} onClose={closeForm} />
          )}
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
              <${type}Row
                ${one}={${one}}
                onEdit={(button) => openForm(${one}, button)}
                onRemove={() => list.remove(${one})}
              />
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
  readonly onEdit: (button: HTMLElement) => void;
  readonly onRemove: () => Promise<ChangeOutcome<${type}>>;
}

function ${type}Row({ ${one}, onEdit, onRemove }: ${type}RowProps) {
  const [outcome, setOutcome] = useState<ChangeOutcome<${type}> | null>(null);

  async function handleRemove() {
    setOutcome(null);
    setOutcome(await onRemove());
  }

  return (
    <>
      <div className="cs-row__main">
        <h2 className="cs-row__title">
          <bdi>{${one}.${titleOf(plan).name}}</bdi>
        </h2>
        <ul className="cs-row__facts">
${factsSource(plan)}
        </ul>
      </div>
      {${one}.$can.update && (
        <button
          type="button"
          className="cs-icon-button"
          aria-label={texts.editLabel(${nameSource(plan)})}
          title={texts.edit}
          onClick={(event) => onEdit(event.currentTarget)}
        >
          <Icon name="edit" />
        </button>
      )}
      {${one}.$can.remove && (
        <ConfirmInPlace
          action={<Icon name="trash" />}
          label={texts.removeLabel(${nameSource(plan)})}
          question={texts.removeQuestion(${nameSource(plan)})}
          confirm={texts.remove}
          confirming={texts.removing}
          onConfirm={handleRemove}
        />
      )}
      <RowFailure outcome={outcome} notDone={texts.notRemoved} notKnown={texts.notKnown} />
    </>
  );
}
`;
}

/** What a row is called, as an expression of text. */
export function nameSource(plan: CrudPlan): string {
  const title: PlannedField = titleOf(plan);
  const value = `${plan.names.singular}.${title.name}`;
  return title.isNullable ? `${value} ?? ""` : value;
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
