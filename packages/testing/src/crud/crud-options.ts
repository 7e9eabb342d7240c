import type { AnyRouter } from "@trpc/server";

import type { CoreTables, TableSet } from "@countersign/db";
import type { TestApp } from "@countersign/rpc/testing";

import type { Person } from "./person.ts";

/** An input, or a part of one. */
export type Values = Readonly<Record<string, unknown>>;

/** What a router of rows promises, as far as its own definition does not say it: the suite reads procedures, rules and input schemas from the router. */
export interface CrudOptions<Tables extends CoreTables = CoreTables, Place = unknown> {
  /** The app's router. */
  readonly router: AnyRouter;
  /** All tables of the app. */
  readonly tables: TableSet<Tables>;
  /** Where the procedures of the rows are in it, as in `note`. */
  readonly path: string;
  /** The name of their table. */
  readonly table: keyof Tables & string;
  /** Exactly what goes out of a row, besides `id`, `version` and `$can`. */
  readonly shows: readonly string[];
  /** The columns that go out only to those who hold a permission: `{ salary: "staff.see_pay" }`. */
  readonly showsTo?: Readonly<Record<string, string>>;

  /** Makes what rows of a new person belong to, as in a project of their own. Left out where rows belong to their owner alone. */
  readonly place?: (person: Person<undefined>, app: TestApp<Tables>) => Promise<Place>;
  /** A valid input of `create`, for the n-th row at this place. It must not be the same in all. */
  readonly sample?: (place: Place, n: number) => Values;
  /** Makes the n-th row where that is not done by `create`, as an upload; its id. */
  readonly make?: (place: Place, n: number, app: TestApp<Tables>, person: Person<Place>) => Promise<string>;
  /** Valid changes for `update`, other ones for each n. Left out where rows are not changed. */
  readonly change?: (place: Place, n: number) => Values;
  /** Puts so many rows at a place into the database. By default copies of one that was created, with other samples. */
  readonly seed?: (place: Place, count: number, app: TestApp<Tables>, person: Person<Place>) => Promise<void>;
  /** `quick`: fewer rows, racers and lists, for while you work. */
  readonly effort?: "quick" | "full";

  /** The column that says whose a row is: rows go with their owner's account. */
  readonly ownedBy?: string;
  /** Most rows at one place. */
  readonly quota?: number;
  /** The permission with which all rows may be read, where there is one. */
  readonly seesAll?: string;
  /** What else a person can be at a place, and what they may do with its rows. All of them may read. */
  readonly roles?: Readonly<Record<string, readonly ("create" | "update" | "remove")[]>>;
  /** Gives a person a role at the place of a row, or takes it away. Needed with `roles`. */
  readonly join?: (
    membership: {
      readonly place: Place;
      readonly row: CrudRow;
      readonly person: Person<Place>;
      readonly role: string | null;
    },
    app: TestApp<Tables>,
  ) => Promise<void>;
  /** Moves a row from one person's place to another's, where that is possible. */
  readonly transfer?: (
    move: { readonly row: CrudRow; readonly from: Person<Place>; readonly to: Person<Place> },
    app: TestApp<Tables>,
  ) => Promise<void>;
}

/** A row as it goes out. */
export interface CrudRow extends Values {
  readonly id: string;
  readonly version: number;
}
