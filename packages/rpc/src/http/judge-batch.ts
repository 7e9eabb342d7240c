import { type AnyRouter, getTRPCErrorFromUnknown, type TRPCError } from "@trpc/server";
import { getErrorShape } from "@trpc/server/shared";

import type { Caller } from "../procedure/call-context.ts";
import { staleToken } from "../procedure/call-error.ts";
import type { ErrorShape } from "../procedure/error-format.ts";

import type { MadeAnswer } from "./http-reply.ts";

/**
 * The last look at the answers to a batch, which leave together when the slowest has been made: what may not be seen any more
 * by then is replaced by its refusal. A single answer leaves as it is made, and has been looked at then.
 */
export async function judgeBatch(
  response: Response,
  { caller, router }: { readonly caller: Caller | null; readonly router: AnyRouter },
): Promise<Response> {
  const reply = caller?.reply ?? null;
  if (caller === null || reply === null || reply.made.length < 2) return response;
  const judge = () => Promise.all(reply.made.map(async (answer) => ({ answer, error: await findRefusal(answer) })));
  const judged = await reply.patience.run(judge);
  const refused = judged.filter(({ error }) => error !== null);
  if (refused.length === 0) return response;

  // The cast: the answer to a batch is a list, in the order of its calls.
  const entries = (await response.json()) as Entry[];
  for (const { answer, error } of refused) {
    if (error === null || entries[answer.index] === undefined) continue;
    const { path, standing, index } = answer;
    const config = router._def._config;
    // The cast: our own error formatter makes it.
    entries[index] = {
      error: getErrorShape({
        config,
        error,
        path,
        type: standing.type,
        input: undefined,
        ctx: { caller },
      }) as ErrorShape,
    };
  }
  const statuses = new Set(entries.map(({ error }) => error?.data.httpStatus ?? 200));
  const [status = 500] = statuses;
  return new Response(JSON.stringify(entries), {
    status: statuses.size === 1 ? status : 207,
    headers: response.headers,
  });
}

interface Entry {
  readonly error?: Pick<ErrorShape, "data">;
}

async function findRefusal({ standing }: MadeAnswer): Promise<TRPCError | null> {
  try {
    return (await standing.mayLeave()) ? null : staleToken();
  } catch (error) {
    return getTRPCErrorFromUnknown(error);
  }
}
