/** Notices a peer that has gone silent, which TCP alone may not tell for a quarter of an hour. */
export interface Watchdog {
  /** Something arrived. */
  readonly heard: () => void;
  /** Asks now, with a deadline of its own: after sleep, a network change, a return to the tab. */
  readonly probe: (withinMs: number) => void;
  readonly stop: () => void;
}

export interface WatchdogOptions {
  /** Silence after which the peer is asked. */
  readonly silenceMs: number;
  /** How long it may take to answer. */
  readonly answerMs: number;
  readonly ask: () => void;
  readonly onSilent: () => void;
}

export function startWatchdog(options: WatchdogOptions): Watchdog {
  let silence: ReturnType<typeof setTimeout> | null = null;
  let answer: ReturnType<typeof setTimeout> | null = null;
  // When it was last heard is looked at when the timer fires: cheaper than a new timer for every frame.
  let heardAt = performance.now();
  waitForSilence(options.silenceMs);

  function waitForSilence(inMs: number) {
    silence = setTimeout(() => {
      const quietMs = performance.now() - heardAt;
      if (quietMs < options.silenceMs) return waitForSilence(options.silenceMs - quietMs);
      return probe(options.answerMs);
    }, inMs);
  }

  function probe(withinMs: number) {
    if (silence) clearTimeout(silence);
    if (answer) clearTimeout(answer);
    silence = null;
    answer = setTimeout(options.onSilent, withinMs);
    options.ask();
  }

  return {
    heard() {
      heardAt = performance.now();
      if (!answer) return;
      clearTimeout(answer);
      answer = null;
      waitForSilence(options.silenceMs);
    },
    probe,
    stop() {
      if (silence) clearTimeout(silence);
      if (answer) clearTimeout(answer);
    },
  };
}
