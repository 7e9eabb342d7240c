import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for databases and built files, which is gone when the block is left or the process ends. */
export class ScratchFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  readonly #remove = () => rmSync(this.path, { recursive: true, force: true });

  constructor() {
    process.once("exit", this.#remove);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#remove);
    this.#remove();
  }
}
