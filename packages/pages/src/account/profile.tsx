import type { SignedInSnapshot } from "@countersign/contract";

import { FormFailure } from "../form/form-failure.tsx";
import { Field } from "../primitives/field.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { EditSection } from "./edit-section.tsx";
import { Fact } from "./fact.tsx";
import { FormActions } from "./form-actions.tsx";
import { useProfileForm } from "./use-profile-form.ts";

interface ProfileProps {
  readonly user: SignedInSnapshot;
}

/** What the account is, from the live snapshot: it changes as the account does. Its names can be changed in place. */
export function Profile({ user }: ProfileProps) {
  const { account: texts } = usePages().messages;

  return (
    <EditSection title={texts.profile} action={texts.edit} content={<ProfileFacts user={user} />}>
      {(close) => <ProfileFields user={user} close={close} />}
    </EditSection>
  );
}

function ProfileFacts({ user }: ProfileProps) {
  const { messages, locale } = usePages();
  const texts = messages.account;
  const name = [user.firstName, user.lastName].filter(Boolean).join(" ");
  const roles = [user.isSuperuser && texts.superuser, user.isStaff && texts.staff].filter((role) => role !== false);

  return (
    <dl className="cs-facts">
      <Fact name={texts.username}>
        <bdi>{user.username}</bdi>
      </Fact>
      {name && (
        <Fact name={texts.name}>
          <bdi>{name}</bdi>
        </Fact>
      )}
      {roles.length > 0 && <Fact name={texts.roles}>{formatList(roles, locale)}</Fact>}
      {user.groups.length > 0 && <Fact name={texts.groups}>{formatList(user.groups, locale)}</Fact>}
      {/* A provider may not say when it asked last: then it counts as never. */}
      {Date.parse(user.authenticatedAt) > 0 && (
        <Fact name={texts.signedIn}>
          <RelativeTime at={user.authenticatedAt} />
        </Fact>
      )}
      <Fact name={texts.sessionExpires}>
        <RelativeTime at={user.sessionExpiresAt} />
        <span className="cs-muted">{texts.sessionExpiresHelp}</span>
      </Fact>
    </dl>
  );
}

function ProfileFields({ user, close }: ProfileProps & { readonly close: (news?: string) => void }) {
  const { messages } = usePages();
  const texts = messages.account;
  const { isBusy, errors, failure, formProps } = useProfileForm(() => close(texts.profileSaved));

  return (
    <form className="cs-form" {...formProps}>
      <FormFailure failure={failure} />
      <Field label={texts.firstName} error={errors.firstName} isOptional>
        {(control) => (
          <TextInput
            {...control}
            name="firstName"
            autoComplete="given-name"
            defaultValue={user.firstName}
            dir="auto"
            autoFocus
          />
        )}
      </Field>
      <Field label={texts.lastName} error={errors.lastName} isOptional>
        {(control) => (
          <TextInput {...control} name="lastName" autoComplete="family-name" defaultValue={user.lastName} dir="auto" />
        )}
      </Field>
      <FormActions
        submit={messages.common.save}
        submitting={messages.common.saving}
        isBusy={isBusy}
        onCancel={() => close()}
      />
    </form>
  );
}

function formatList(items: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: "unit" }).format(items);
}
