import { useLayoutEffect, useState } from "react";

/**
 * The token of the mailed link that led here, or null. It is read out of the address once and taken away from there, so
 * that it stays neither in the history, nor in a copied address, nor in what is sent along to other sites. A second link
 * opened in the same tab replaces the first.
 */
export function useLinkToken(): string | null {
  const [token, setToken] = useState(readToken);

  useLayoutEffect(() => {
    function take() {
      const taken = readToken();
      if (taken === null) return;
      setToken(taken);
      hideToken();
    }

    take();
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, []);

  return token;
}

/** Links carry it behind `#`, which no server sees; `?token=` is read as well. */
function readToken(): string | null {
  return (
    new URLSearchParams(location.hash.slice(1)).get(name) || new URLSearchParams(location.search).get(name) || null
  );
}

function hideToken(): void {
  const search = new URLSearchParams(location.search);
  search.delete(name);
  const rest = search.size > 0 ? `?${search}` : "";
  history.replaceState(history.state, "", `${location.pathname}${rest}`);
}

const name = "token";
