/** Nothing of this address goes to another one. The server says so too, in a header: this is for apps served elsewhere. */
export function NoReferrer() {
  return <meta name="referrer" content="no-referrer" />;
}
