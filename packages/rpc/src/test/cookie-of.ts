/** The `Cookie` header of a browser that got this answer. @throws when it set none. */
export function cookieOf(answer: Response): string {
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`The answer set no cookie: ${answer.status}.`);
  return cookie.split(";", 1)[0] ?? "";
}
