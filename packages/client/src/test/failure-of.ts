/** The error a call fails with, awaited from the start so that it is never an unhandled one. */
export function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (answer) => Promise.reject(new Error(`It did not fail: ${JSON.stringify(answer)}`)),
    (error: unknown) => error,
  );
}
