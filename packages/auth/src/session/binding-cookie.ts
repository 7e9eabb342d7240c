import { createTokenCookie, readPairs } from "./token-cookie.ts";
import { hashToken } from "./token.ts";

/**
 * How a browser is told from others that go to an identity provider. Each token travels in a cookie named after it: of two
 * answers on their way that set one, neither takes the other's place. A browser that has one gets no other.
 */
export interface BindingCookie {
  /** The `Set-Cookie` that hands out the token. */
  serialize(token: string, maxAgeSeconds: number): string;
  /**
   * The tokens in a request's `Cookie` header, at most twenty. Never throws. As with every cookie of ours, a name that occurs
   * twice counts as absent; so does one whose token it is not named after.
   */
  read(header: string | null | undefined): readonly string[];
  /** Is it the name of such a cookie? */
  isNamed(name: string): boolean;
}

/** As many as a browser has that opens twenty tabs at once. */
const most = 20;

/** Named `__Host-oidc-…` over https, `oidc-…` on plain http, with the first digits of the token's hash. */
export function createBindingCookie(publicUrl: string | URL): BindingCookie {
  const baseName = (token: string) => `oidc-${hashToken(token)?.slice(0, 8)}`;
  const cookieOf = (token: string) => createTokenCookie(publicUrl, baseName(token));
  const { name: prefix } = createTokenCookie(publicUrl, "oidc-");
  const isNamed = (name: string) => name.startsWith(prefix) && /^[\da-f]{8}$/.test(name.slice(prefix.length));

  return {
    serialize: (token, maxAgeSeconds) => cookieOf(token).serialize(token, maxAgeSeconds),
    read(header) {
      const values = Map.groupBy(
        readPairs(header).filter(([name]) => isNamed(name)),
        ([name]) => name,
      );
      return [...values]
        .slice(0, most)
        .flatMap(([name, pairs]) =>
          pairs.flatMap(([, value]) => (pairs.length === 1 && isOf(name, value) ? [value] : [])),
        );
    },
    isNamed,
  };

  function isOf(name: string, value: string): boolean {
    return hashToken(value) !== null && cookieOf(value).name === name;
  }
}
