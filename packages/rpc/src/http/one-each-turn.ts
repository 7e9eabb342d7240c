/**
 * Lets one request in with each turn of the event loop; the others wait in order. Everything a request does before it
 * first waits for something happens in its turn, so a crowd that arrives at once (a flood of sign-ins) would otherwise
 * keep the frames of all sockets waiting until the last of it was looked at.
 */
export function oneEachTurn<Request extends readonly unknown[]>(
  handle: (...request: Request) => void,
): (...request: Request) => void {
  const waiting: Request[] = [];
  let isTaken = false;

  function letNextIn(): void {
    const request = waiting.shift();
    isTaken = request !== undefined;
    if (request === undefined) return;
    setImmediate(letNextIn);
    handle(...request);
  }

  return (...request) => {
    waiting.push(request);
    if (!isTaken) letNextIn();
  };
}
