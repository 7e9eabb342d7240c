import { useLayoutEffect } from "react";

import { useSessionData } from "@countersign/react";

/** Shows the page in the theme kept with the session; without one it follows the system. */
export function useTheme(): void {
  const [theme] = useSessionData("theme");

  useLayoutEffect(() => {
    if (theme === null) return;
    const { dataset } = document.documentElement;
    dataset["theme"] = theme;
    return () => {
      delete dataset["theme"];
    };
  }, [theme]);
}
