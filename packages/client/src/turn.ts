/** A wait that can be cut short. */
export interface Turn {
  readonly isWaiting: boolean;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Ends the present wait, if there is one. */
  readonly end: () => void;
}

export function createTurn(): Turn {
  let finish: (() => void) | null = null;

  return {
    get isWaiting() {
      return finish !== null;
    },
    wait(milliseconds) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => finish?.(), milliseconds);
        finish = () => {
          clearTimeout(timer);
          finish = null;
          resolve();
        };
      });
    },
    end: () => finish?.(),
  };
}
