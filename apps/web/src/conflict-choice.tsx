import { useEffect, useId, useRef, type ReactNode } from "react";

import type { Conflict } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";
import { Button } from "@countersign/pages";
import type { CrudForm } from "@countersign/react";

import { useAppMessages } from "./messages/app-messages.ts";

import "./conflict-choice.css";

export interface ConflictChoiceProps<Row extends LiveRow, Values extends object> {
  readonly title: string;
  readonly form: Pick<CrudForm<Row, Values>, "keepMine" | "takeTheirs" | "rebase">;
  readonly conflict: Conflict<Row, Values>;
  /** What a field is called, and what stands in it, as people read it. */
  readonly describe: <Name extends keyof Values>(
    name: Name,
    value: Values[Name],
  ) => { readonly label: string; readonly value: ReactNode };
  readonly onDone: () => void;
}

/** The fields that two have written differently, and the choice between them. Nothing of it is decided for the person. */
export function ConflictChoice<Row extends LiveRow, Values extends object>(props: ConflictChoiceProps<Row, Values>) {
  const { title, form, conflict, describe, onDone } = props;
  const { conflict: texts } = useAppMessages();
  const titleId = useId();
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => heading.current?.focus(), []);

  async function keepMine() {
    const { status } = await form.keepMine();
    if (status === "done" || status === "unchanged") onDone();
  }

  /** Where nothing else was written, the form is left open with what is there now. */
  async function takeTheirs() {
    const { status } = await form.takeTheirs();
    if (status === "done") onDone();
  }

  return (
    <div className="conflict" role="group" aria-labelledby={titleId}>
      <h3 className="conflict__title" id={titleId} ref={heading} tabIndex={-1}>
        {title}
      </h3>
      <p className="conflict__text">{texts.text}</p>
      {conflict.fields.map((name) => {
        const [mine, theirs] = [describe(name, conflict.mine[name]), describe(name, conflict.theirs[name])];
        return (
          <div className="conflict__field" key={String(name)}>
            <p className="conflict__label">{mine.label}</p>
            <div className="conflict__versions">
              <section aria-label={`${mine.label}: ${texts.mine}`}>
                <p className="conflict__name">{texts.mine}</p>
                <div className="conflict__value">{mine.value}</div>
              </section>
              <section aria-label={`${theirs.label}: ${texts.theirs}`}>
                <p className="conflict__name">{texts.theirs}</p>
                <div className="conflict__value">{theirs.value}</div>
              </section>
            </div>
          </div>
        );
      })}
      <div className="cs-form__actions">
        <Button variant="primary" size="small" onClick={() => void keepMine()}>
          {texts.keepMine}
        </Button>
        <Button size="small" onClick={() => void takeTheirs()}>
          {texts.keepTheirs}
        </Button>
        <Button variant="quiet" size="small" onClick={form.rebase}>
          {texts.edit}
        </Button>
      </div>
    </div>
  );
}
