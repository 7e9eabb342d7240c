import { useState } from "react";

import { Button, describeCallError, usePages, useToast } from "@countersign/pages";

import { api } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";

import type { TaskQuery } from "./list-query.ts";
import { csvFileName, saveFile } from "./save-file.ts";

/** Gives what is listed, in its order, as a file for spreadsheets. */
export function ExportTasks({ query }: { readonly query: TaskQuery }) {
  const { client: rpc } = api.useUtils();
  const { project } = useProject();
  const { tasks: texts } = useAppMessages();
  const { messages, locale } = usePages();
  const show = useToast();
  const [isBusy, setIsBusy] = useState(false);

  async function save() {
    setIsBusy(true);
    try {
      const { text, rows, isComplete } = await rpc.task.export.query(query);
      saveFile(csvFileName(project.name), text);
      if (!isComplete) show({ text: texts.exportedFirst(rows) });
    } catch (error) {
      show({ text: `${texts.notExported} ${describeCallError(error, messages, locale)}` });
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Button size="small" variant="quiet" isBusy={isBusy} onClick={() => void save()}>
      {texts.export}
    </Button>
  );
}
