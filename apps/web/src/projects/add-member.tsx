import { useRef, useState } from "react";

import { readErrorData } from "@countersign/client";
import { Button, Field, FormFailure, readText, TextInput, useForm } from "@countersign/pages";

import { api, type Member } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { useProject } from "./project-context.ts";
import { nameOf, roles, type Role } from "./project.ts";

interface AddMemberValues {
  readonly username: string;
  readonly role: Role;
}

/** Adds somebody whose username is known. Whom there is otherwise is not told. */
export function AddMember({ onAdded }: { readonly onAdded: (name: string) => void }) {
  const { client: rpc } = api.useUtils();
  const { project } = useProject();
  const { members: texts } = useAppMessages();
  const username = useRef<HTMLInputElement>(null);
  /** What was sent last, until something else is written. */
  const [tried, setTried] = useState("");
  const { isBusy, errors, failure, formProps } = useForm<AddMemberValues, Member>({
    read: (data) => ({ username: readText(data, "username").trim(), role: roleOf(readText(data, "role")) }),
    validate: (values) => (values.username === "" ? { username: texts.usernameMissing } : {}),
    submit(values) {
      setTried(values.username);
      return rpc.member.create.mutate({ ...values, projectId: project.id, key: crypto.randomUUID() });
    },
    onDone(member) {
      onAdded(nameOf(member));
      if (!username.current) return;
      username.current.value = "";
      username.current.focus();
    },
    focusOnFailure: "username",
  });

  const isTaken = readErrorData(failure)?.reason === "TAKEN";
  const usernameError = errors.username ?? (isTaken && tried !== "" ? texts.alreadyMember(tried) : undefined);
  return (
    <form className="members__form" aria-label={texts.add} {...formProps}>
      <FormFailure failure={isTaken ? null : failure} />
      <Field label={texts.username} help={texts.usernameHelp} error={usernameError}>
        {(control) => (
          <TextInput
            {...control}
            ref={username}
            name="username"
            onChange={() => setTried("")}
            dir="auto"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </Field>
      <Field label={texts.role} error={errors.role}>
        {({ id }) => (
          <select id={id} className="cs-input cs-select" name="role" defaultValue="editor">
            {roles.map((role) => (
              <option key={role} value={role}>
                {texts.roles[role]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Button type="submit" className="members__submit" isBusy={isBusy}>
        {texts.addSubmit}
      </Button>
    </form>
  );
}

function roleOf(text: string): Role {
  return roles.find((role) => role === text) ?? "viewer";
}
