import { createDrafts, type Drafts, type DraftsOptions } from "./drafts.ts";
import { routerPath } from "./router-path.ts";
import { hasUnsentChanges, type RowsSession } from "./rows-of.ts";
import type { FieldNameOf, FormValues, NewRowOf, PreviewOf, RowOf, RowsRouter } from "./rows-router.ts";

export interface FormOptions<Router extends RowsRouter, Names extends FieldNameOf<Router>> extends Omit<
  DraftsOptions<FormValues<Router, Names>>,
  "besides" | "preview"
> {
  /** Tells forms with different fields of one router apart, as in `"rename"`. */
  readonly form?: string | undefined;
  /** What a new row is made of besides, as the project of a task. */
  readonly besides?: Partial<NewRowOf<Router>> | undefined;
  /** What a new row is expected to be, so that lists show it before the server has made it. */
  readonly preview?: ((values: FormValues<Router, Names>) => PreviewOf<Router>) | undefined;
}

interface Kept {
  readonly drafts: { readonly hasUnsaved: () => boolean };
  /** As they were given last: functions written in a component are others with each of its renders. */
  options: unknown;
}

const draftsOfSessions = new WeakMap<RowsSession, Map<unknown, Map<string, Kept>>>();

/**
 * The drafts of a router's rows. It is the same store for as long as the session client lives, so that what is written
 * outlives the component it is written in.
 */
export function draftsOf<Router extends RowsRouter, Names extends FieldNameOf<Router>>(
  session: RowsSession,
  router: Router,
  options: FormOptions<Router, Names>,
): Drafts<RowOf<Router>, FormValues<Router, Names>> {
  const ofSession = draftsOfSessions.get(session) ?? new Map<unknown, Map<string, Kept>>();
  draftsOfSessions.set(session, ofSession);
  const which = routerPath(router) ?? router;
  const ofRouter = ofSession.get(which) ?? new Map<string, Kept>();
  ofSession.set(which, ofRouter);

  const { form = "" } = options;
  const kept = ofRouter.get(form) ?? keep(session, router, options);
  kept.options = options;
  ofRouter.set(form, kept);
  // The cast: rows come out as the router sends them, and values as this form's options say.
  return kept.drafts as unknown as Drafts<RowOf<Router>, FormValues<Router, Names>>;
}

/**
 * Would closing the window, or signing out, lose something that was written in a form of any router, or done to a row and not
 * sent yet?
 */
export function hasUnsavedWork(session: RowsSession): boolean {
  const routers = [...(draftsOfSessions.get(session)?.values() ?? [])];
  const isWritten = routers.some((forms) => [...forms.values()].some(({ drafts }) => drafts.hasUnsaved()));
  return isWritten || hasUnsentChanges(session);
}

function keep(session: RowsSession, router: RowsRouter, options: unknown): Kept {
  const kept: Kept = {
    drafts: createDrafts(session, router, () => kept.options as DraftsOptions<object>),
    options,
  };
  return kept;
}
