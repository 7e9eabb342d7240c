import { withoutPatience } from "@countersign/db";

/**
 * Reads by key, all that are asked for in one turn of the event loop in one round trip. What is asked later is read
 * later: nobody is given an answer to a question that was sent before theirs.
 */
export function createTurnBatch<Row>(options: {
  readonly read: (keys: readonly string[]) => PromiseLike<readonly Row[]> | readonly Row[];
  readonly keyOf: (row: Row) => string;
}): (key: string) => Promise<readonly Row[]> {
  let asked: Map<string, Question<Row>> | null = null;

  async function send(): Promise<void> {
    const questions = asked ?? new Map<string, Question<Row>>();
    // From here on a new batch begins: this one is on its way.
    asked = null;
    try {
      for (const row of await options.read([...questions.keys()])) questions.get(options.keyOf(row))?.rows.push(row);
      for (const { resolve, rows } of questions.values()) resolve(rows);
    } catch (error) {
      for (const { reject } of questions.values()) reject(error);
    }
  }

  return (key) => {
    if (asked === null) {
      asked = new Map();
      // For all who ask: it is not to end with the patience of the first.
      setImmediate(() => void withoutPatience(send));
    }
    let question = asked.get(key);
    if (!question) {
      question = { ...Promise.withResolvers<readonly Row[]>(), rows: [] };
      asked.set(key, question);
    }
    return question.promise;
  };
}

interface Question<Row> extends PromiseWithResolvers<readonly Row[]> {
  readonly rows: Row[];
}
