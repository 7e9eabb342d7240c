/** The mark: a chevron, a sentry's stripe. Decoration: the name stands beside it. */
export function Mark() {
  return (
    <svg className="cs-mark" viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <path d="M2.5 9.25 10 3.5l7.5 5.75" stroke="currentColor" strokeWidth="2.75" strokeLinejoin="miter" />
      <path
        d="M2.5 16.25 10 10.5l7.5 5.75"
        stroke="currentColor"
        strokeWidth="2.75"
        strokeLinejoin="miter"
        opacity="0.45"
      />
    </svg>
  );
}
