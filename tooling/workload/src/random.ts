/** Decisions that are the same for the same seed (sfc32; Chris Doty-Humphrey's PractRand describes it). */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.imul(seed ^ 0x85ebca6b, 0xc2b2ae35);
    // The first numbers of neighbouring seeds are alike.
    for (let round = 0; round < 15; round += 1) this.#next();
  }

  /** A generator of its own for each number, so that what one client does changes nothing for the others. */
  fork(number: number): Random {
    return new Random(Math.imul(this.#a ^ this.#c, 31) + number);
  }

  /** From 0 up to, but not, 1. */
  fraction(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of them; undefined when there is none. */
  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.whole(0, items.length - 1)];
  }

  /** A name, as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    // The cast: the keys of a record of these names.
    const names = Object.keys(weights) as Name[];
    const all = names.reduce((sum, name) => sum + weights[name], 0);
    let left = this.fraction() * all;
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    throw new Error("No weight is above nothing.");
  }

  #next(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
    return result >>> 0;
  }
}
