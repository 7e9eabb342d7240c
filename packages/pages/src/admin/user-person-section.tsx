import { useRef } from "react";

import { readErrorData } from "@countersign/client";
import type { AdminUser } from "@countersign/contract";

import { EditSection } from "../account/edit-section.tsx";
import { Fact } from "../account/fact.tsx";
import { FormActions } from "../account/form-actions.tsx";
import { FormFailure } from "../form/form-failure.tsx";
import { readText } from "../form/read-text.ts";
import { useForm, type FormState } from "../form/use-form.ts";
import { Badge } from "../primitives/badge.tsx";
import { Field } from "../primitives/field.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useAdminCalls } from "./use-admin-calls.ts";
import type { UserSectionProps } from "./user-page.tsx";

/** Who the account is of: names and address, to be changed in place. */
export function UserPersonSection({ user }: UserSectionProps) {
  const { account } = usePages().messages;

  return (
    <EditSection
      title={account.profile}
      action={user.$can.update ? account.edit : null}
      content={<PersonFacts user={user} />}
    >
      {(close) => <PersonFields user={user} close={close} />}
    </EditSection>
  );
}

function PersonFacts({ user }: { readonly user: AdminUser }) {
  const { account, adminUser: texts, adminUsers, common } = usePages().messages;
  const name = [user.firstName, user.lastName].filter(Boolean).join(" ");

  return (
    <dl className="cs-facts">
      <Fact name={account.name}>{name ? <bdi>{name}</bdi> : <span className="cs-muted">{common.none}</span>}</Fact>
      <Fact name={account.email}>
        {user.email ? <bdi>{user.email}</bdi> : <span className="cs-muted">{common.none}</span>}
        {user.email && (
          <Badge tone={user.emailVerified ? "accent" : "neutral"}>
            {user.emailVerified ? account.emailVerified : account.emailUnverified}
          </Badge>
        )}
      </Fact>
      <Fact name={texts.created}>
        {user.createdAt ? <RelativeTime at={user.createdAt} /> : <span className="cs-muted">{common.none}</span>}
      </Fact>
      <Fact name={adminUsers.lastLogin}>
        {user.lastLoginAt ? (
          <RelativeTime at={user.lastLoginAt} />
        ) : (
          <span className="cs-muted">{adminUsers.neverSignedIn}</span>
        )}
      </Fact>
    </dl>
  );
}

export interface UserPersonValues {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/**
 * The names and the address of somebody's account, without their looks. When others changed the account meanwhile, the
 * first try says so and keeps the text; the next one, made in that knowledge, writes it.
 */
export function useUserPersonForm(user: AdminUser, onDone: () => void): FormState<UserPersonValues> {
  const { users } = useAdminCalls();
  const version = useRef(user.version);
  return useForm<UserPersonValues, void>({
    read: (data) => ({
      firstName: readText(data, "firstName").trim(),
      lastName: readText(data, "lastName").trim(),
      // Without the field it stays as it is.
      email: data.has("email") ? readText(data, "email").trim() : (user.email ?? ""),
    }),
    async submit({ email, ...names }) {
      try {
        await users.update({ id: user.id, version: version.current, ...names, email: email || null });
      } catch (error) {
        if (readErrorData(error)?.reason === "VERSION_CONFLICT") version.current = user.version;
        throw error;
      }
    },
    onDone,
  });
}

interface PersonFieldsProps {
  readonly user: AdminUser;
  readonly close: (news?: string) => void;
}

function PersonFields({ user, close }: PersonFieldsProps) {
  const { account, adminUser: texts, common } = usePages().messages;
  const { isBusy, errors, failure, formProps } = useUserPersonForm(user, () => close(texts.saved));

  return (
    <form className="cs-form" {...formProps}>
      <FormFailure failure={failure} />
      <Field label={account.firstName} error={errors.firstName} isOptional>
        {(control) => (
          <TextInput
            {...control}
            name="firstName"
            defaultValue={user.firstName}
            autoComplete="off"
            dir="auto"
            autoFocus
          />
        )}
      </Field>
      <Field label={account.lastName} error={errors.lastName} isOptional>
        {(control) => (
          <TextInput {...control} name="lastName" defaultValue={user.lastName} autoComplete="off" dir="auto" />
        )}
      </Field>
      {/* One's own is changed on the page of one's account, where the new one has to confirm. */}
      {user.$can.setEmail && (
        <Field label={account.email} help={texts.emailHelp} error={errors.email} isOptional>
          {(control) => (
            <TextInput
              {...control}
              name="email"
              type="email"
              defaultValue={user.email ?? ""}
              autoComplete="off"
              dir="ltr"
            />
          )}
        </Field>
      )}
      <FormActions submit={common.save} submitting={common.saving} isBusy={isBusy} onCancel={() => close()} />
    </form>
  );
}
