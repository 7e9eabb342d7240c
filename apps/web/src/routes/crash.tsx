import { CrashPage } from "@countersign/pages";

/** A page that failed to render takes nothing else down with it. */
export function Crash() {
  return (
    <main id="main" tabIndex={-1}>
      <CrashPage />
    </main>
  );
}
