/** What `me` answers on the sides that know no user; those that do answer with the caller's own, which is as long. */
export const sampleAnswer = {
  id: "01890a5d-ac96-774b-bcce-b302099a8057",
  username: "user00000",
  email: "user00000@example.test",
};
export type Answer = typeof sampleAnswer;

/** The user with this number. Any two are equally long, so that no side is given more to write. */
export function answerOf(number: number): Answer {
  const digits = String(number).padStart(5, "0");
  const id = `${sampleAnswer.id.slice(0, -5)}${digits}`;
  return { id, username: `user${digits}`, email: `user${digits}@example.test` };
}
