import type { Random } from "../random.ts";

import { type Crew, guestsOf, hostsOf, type Membership } from "./crew.ts";
import type { ShownRow } from "./read-sight.ts";
import type { Outcome, WorkloadClient } from "./workload-client.ts";

/** How often each is done, against the others. */
const standardWeights = {
  createNote: 18,
  updateNote: 16,
  removeNote: 8,
  listNotes: 8,
  createItem: 14,
  updateItem: 16,
  moveItem: 6,
  removeItem: 6,
  changeRole: 4,
  leaveAndReturn: 1,
  placeOrder: 4,
  signOut: 1,
};

/** What a client does how often, where it is not the standard. */
export type Weights = Readonly<Partial<Record<keyof typeof standardWeights, number>>>;

/** What a client does: one thing after the other, each decided by its seed and by what it sees. */
export class Program {
  readonly #client: WorkloadClient;
  readonly #crew: Crew;
  readonly #place: number;
  readonly #random: Random;
  readonly #weights: typeof standardWeights;
  /** Versions by the answers, where the list may not be there yet; null for what is gone. */
  readonly #answered = new Map<string, number | null>();

  /** @param weights what it does instead of all there is; what is left out is not done */
  constructor(crew: Crew, place: number, weights: Weights | null) {
    const client = crew.clients[place];
    if (!client) throw new Error(`There is no client at ${place}.`);
    this.#client = client;
    this.#crew = crew;
    this.#place = place;
    this.#random = client.random;
    const none = Object.fromEntries(Object.keys(standardWeights).map((name) => [name, 0]));
    // The cast: every name is there, with 0 where nothing else is said.
    this.#weights = weights ? ({ ...none, ...weights } as typeof standardWeights) : standardWeights;
  }

  /** The project, before anybody is in it. */
  async makeProject(): Promise<void> {
    const outcome = await this.#client.perform("createProject", {
      path: "project.create",
      input: { name: `project of ${this.#client.name}` },
    });
    this.#crew.projects.set(this.#place, idOf(outcome));
    this.#crew.members.set(this.#place, new Map());
  }

  async inviteGuests(): Promise<void> {
    for (const guest of guestsOf(this.#place, this.#crew.clients.length)) await this.#invite(guest);
  }

  /** Does things until it is told to stop, and finishes what it has begun. */
  async run(signal: AbortSignal, pauseMs: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await this.#step();
      await pauseMs();
    }
  }

  async #step(): Promise<void> {
    const wanted = this.#random.weighted(this.#weights);
    const [notes] = this.#client.views.map(({ rows }) => this.#present(rows));
    const items = this.#items;
    switch (wanted) {
      case "createNote":
        return (notes ?? []).length < mostNotes ? this.#createNote() : this.#removeNote(notes ?? []);
      case "updateNote":
        return this.#updateNote(notes ?? []);
      case "removeNote":
        return this.#removeNote(notes ?? []);
      case "listNotes":
        await this.#client.perform("listNotes", { path: "note.list", method: "query", input: {} });
        return;
      case "createItem":
        return this.#createItem(items);
      case "updateItem":
        return this.#updateItem(items);
      case "moveItem":
        return this.#moveItem(items);
      case "removeItem":
        return this.#removeItem(items);
      case "changeRole":
        return this.#changeRole();
      case "leaveAndReturn":
        return this.#dismissAndInvite();
      case "placeOrder":
        return this.#placeOrder();
      case "signOut":
        await this.#client.signOut();
        return this.#client.signIn();
    }
  }

  async #createNote(): Promise<void> {
    const payload = this.#client.newPayload();
    const input = { title: payload, body: payload };
    this.#learn(await this.#client.perform("createNote", { path: "note.create", input }, { payload }));
  }

  async #updateNote(notes: readonly ShownRow[]): Promise<void> {
    const note = this.#random.pick(notes);
    if (!note) return this.#createNote();
    const payload = this.#client.newPayload();
    const input = { id: note.id, version: note.version, title: payload };
    this.#learn(await this.#client.perform("updateNote", { path: "note.update", input }, { payload, row: note.id }));
  }

  async #removeNote(notes: readonly ShownRow[]): Promise<void> {
    const note = this.#random.pick(notes);
    if (!note) return;
    const input = { id: note.id };
    const outcome = await this.#client.perform("removeNote", { path: "note.remove", input }, { row: note.id });
    if (outcome.status === "ok") this.#answered.set(note.id, null);
  }

  async #createItem(items: readonly ShownRow[]): Promise<void> {
    const project = this.#someProject();
    if (items.filter(({ projectId }) => projectId === project).length >= mostItems) return this.#removeItem(items);
    const payload = this.#client.newPayload();
    const input = { projectId: project, title: payload, body: payload };
    this.#learn(await this.#client.perform("createItem", { path: "item.create", input }, { payload, project }));
  }

  async #updateItem(items: readonly ShownRow[]): Promise<void> {
    const item = this.#random.pick(items);
    if (!item) return;
    const payload = this.#client.newPayload();
    const input = { id: item.id, version: item.version, title: payload };
    this.#learn(await this.#client.perform("updateItem", { path: "item.update", input }, { payload, row: item.id }));
  }

  async #moveItem(items: readonly ShownRow[]): Promise<void> {
    const item = this.#random.pick(items);
    if (!item) return;
    const project = this.#someProject();
    if (items.filter(({ projectId }) => projectId === project).length >= mostItems) return;
    const payload = this.#client.newPayload();
    const input = { id: item.id, version: item.version, title: payload, projectId: project };
    const facts = { payload, row: item.id, project };
    this.#learn(await this.#client.perform("moveItem", { path: "item.update", input }, facts));
  }

  async #removeItem(items: readonly ShownRow[]): Promise<void> {
    const item = this.#random.pick(items);
    if (!item) return;
    const input = { id: item.id };
    const outcome = await this.#client.perform("removeItem", { path: "item.remove", input }, { row: item.id });
    if (outcome.status === "ok") this.#answered.set(item.id, null);
  }

  async #changeRole(): Promise<void> {
    const [guest, member] = this.#random.pick([...this.#members]) ?? [];
    if (guest === undefined || !member) return;
    const role = member.role === "editor" ? "viewer" : "editor";
    const input = { id: member.id, version: member.version, role };
    const facts = { row: member.id, subject: this.#nameOf(guest), project: this.#project };
    const outcome = await this.#client.perform("changeRole", { path: "member.update", input }, facts);
    if (outcome.status === "ok") Object.assign(member, { version: versionOf(outcome), role });
  }

  /** Somebody is taken out of the project, and sees nothing of it for a while. */
  async #dismissAndInvite(): Promise<void> {
    const [guest, member] = this.#random.pick([...this.#members]) ?? [];
    if (guest === undefined || !member) return;
    const facts = { row: member.id, subject: this.#nameOf(guest), project: this.#project };
    await this.#client.perform("removeMember", { path: "member.remove", input: { id: member.id } }, facts);
    this.#members.delete(guest);
    for (let count = this.#random.whole(1, 8); count > 0; count -= 1) await this.#createItem(this.#items);
    await this.#invite(guest);
  }

  async #invite(guest: number): Promise<void> {
    const role = this.#random.chance(0.7) ? "editor" : "viewer";
    const username = this.#nameOf(guest);
    const input = { projectId: this.#project, username, role };
    const facts = { subject: username, project: this.#project };
    const outcome = await this.#client.perform("addMember", { path: "member.create", input }, facts);
    if (outcome.status === "ok") this.#members.set(guest, { id: idOf(outcome), version: versionOf(outcome), role });
  }

  async #placeOrder(): Promise<void> {
    const payload = this.#client.newPayload();
    const amounts = Array.from({ length: linesOfOrder }, () => this.#random.whole(1, 1000));
    const facts = { payload, lines: amounts.length };
    await this.#client.perform("placeOrder", { path: "order.place", input: { label: payload, amounts } }, facts);
  }

  /** What is shown, with the versions of newer answers, and without what is gone by now. */
  #present(rows: readonly ShownRow[]): readonly ShownRow[] {
    return rows
      .filter(({ id }) => this.#answered.get(id) !== null)
      .map((row) => ({ ...row, version: Math.max(row.version, this.#answered.get(row.id) ?? 0) }));
  }

  #learn(outcome: Outcome): void {
    if (outcome.status === "ok") this.#answered.set(idOf(outcome), versionOf(outcome));
  }

  get #items(): readonly ShownRow[] {
    return this.#present(this.#client.views[1]?.rows ?? []);
  }

  get #project(): string {
    return this.#crew.projects.get(this.#place) ?? "";
  }

  get #members(): Map<number, Membership> {
    return this.#crew.members.get(this.#place) ?? new Map<number, Membership>();
  }

  #someProject(): string {
    const host = this.#random.pick(hostsOf(this.#place, this.#crew.clients.length)) ?? this.#place;
    return this.#crew.projects.get(host) ?? this.#project;
  }

  #nameOf(place: number): string {
    return this.#crew.clients[place]?.name ?? "";
  }
}

/** Three projects' items fit into one page of a list, and so do the notes. */
const mostItems = 25;
const mostNotes = 60;
const linesOfOrder = 50;

function idOf(outcome: Outcome): string {
  if (outcome.status === "refused") throw new Error(`It was refused: ${JSON.stringify(outcome.error)}`);
  return (outcome.data as { readonly id: string }).id;
}

function versionOf(outcome: Outcome): number {
  return outcome.status === "ok" ? (outcome.data as { readonly version: number }).version : 0;
}
