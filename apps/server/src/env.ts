import { type Environment, readEnvironment } from "@countersign/ops";

/**
 * The one reader of the environment. An application's own variables go beside it: `readEnvironment(process.env, { NAME: z.string() })`
 * gives their values as `own`.
 *
 * @throws WrongEnvironment with one line for each variable that is wrong: its name, and what to write.
 */
export function readServerEnvironment(): Environment {
  return readEnvironment(process.env);
}
