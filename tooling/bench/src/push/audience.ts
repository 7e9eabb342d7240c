import type { SideProcess } from "../side/start-side.ts";
import { watchSnapshots } from "../wire/watch-snapshots.ts";
import type { WireSocket } from "../wire/wire-socket.ts";

/** Names are equally long, so that all frames are. */
const firstName = (push: number) => `name ${String(push).padStart(6, "0")}`;

/** A snapshot as the sides send it that have none of their own. */
const snapshotLike = {
  isAuthenticated: true,
  id: "01890a5d-ac96-774b-bcce-b302099a8057",
  sessionId: "01890a5d-ac96-774b-bcce-b302099a8058",
  username: "user00000",
  email: "user00000@example.test",
  emailVerified: false,
  lastName: "",
  isStaff: false,
  isSuperuser: false,
  groups: [],
  permissions: ["bench.read"],
  locale: null,
  sessionExpiresAt: "2026-11-21T09:42:44.561Z",
  authenticatedAt: "2026-11-21T09:42:44.561Z",
  freshUntil: "2026-11-21T09:52:44.561Z",
  impersonatedBy: null,
};

/** Sockets of one server that are all shown the same changes. */
export class Audience {
  readonly label: string;
  readonly side: SideProcess;
  readonly #userId: string | null;
  #sockets: readonly WireSocket[] = [];
  /** The part of a frame by which it is known to be the awaited one. */
  #awaited = Buffer.alloc(0);
  #missing = 0;
  #lastAt = 0;
  #arrived: () => void = () => {};
  #gone: (error: Error) => void = () => {};
  #pushes = 0;
  /** How long a frame's text is. */
  frameBytes = 0;

  private constructor(label: string, side: SideProcess, userId: string | null) {
    this.label = label;
    this.side = side;
    this.#userId = userId;
  }

  /** `userId`: whose change is shown; null where the side sends what it is told. */
  static async open(
    label: string,
    side: SideProcess,
    { cookies, userId }: { readonly cookies: readonly (string | null)[]; readonly userId: string | null },
  ): Promise<Audience> {
    const audience = new Audience(label, side, userId);
    const onChange = (payload: Buffer, socket: WireSocket) => audience.#handleFrame(payload, socket);
    audience.#sockets = await watchSnapshots({ port: side.port, cookies, onChange });
    for (const socket of audience.#sockets) void socket.ended.then(({ code }) => audience.#fail(code));
    return audience;
  }

  get size(): number {
    return this.#sockets.length;
  }

  /** Makes a change, waits until all sockets were shown it, and returns how many milliseconds the last one waited. */
  async push(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const name = firstName(++this.#pushes);
    this.#awaited = Buffer.from(JSON.stringify(name));
    this.#missing = this.#sockets.length;
    this.#arrived = resolve;
    this.#gone = reject;
    const at = await this.side.act(
      this.#userId === null
        ? // The version's digits are as many as a snapshot of this many changes has.
          { kind: "broadcast", data: { ...snapshotLike, firstName: name, version: this.#pushes + 2 } }
        : { kind: "change-user", userId: this.#userId, firstName: name },
    );
    await promise;
    return this.#lastAt - at;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** A frame that is awaited will not come. */
  #fail(code: number | null): void {
    this.#gone(new Error(`A socket of "${this.label}" was closed (${code}) while it was watching.`));
  }

  #handleFrame(payload: Buffer, socket: WireSocket): void {
    if (!payload.includes(this.#awaited)) throw new Error(`An unexpected frame came: ${payload.toString()}`);
    this.frameBytes = payload.length;
    this.#lastAt = socket.lastByteAt;
    this.#missing -= 1;
    if (this.#missing === 0) this.#arrived();
  }
}
