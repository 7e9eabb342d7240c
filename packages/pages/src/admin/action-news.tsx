import { FormFailure } from "../form/form-failure.tsx";

import type { ActionState } from "./use-action.ts";

/** Says where the person looks what came of an action. */
export function ActionNews({ action }: { readonly action: ActionState }) {
  return (
    <>
      <FormFailure failure={action.failure} />
      {/* Always there, so that what comes into it is read out. */}
      <div className="cs-live" role="status">
        {action.news && <p className="cs-notice">{action.news}</p>}
      </div>
    </>
  );
}
