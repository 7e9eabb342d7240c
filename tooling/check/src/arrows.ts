/**
 * Which workspace packages each may import, by folder: the arrows of docs/architecture.md. What is not listed is
 * forbidden, and a package that is not listed here at all fails the check.
 */
export const arrows: Readonly<Record<string, Arrows>> = {
  "packages/contract": { to: [] },
  "packages/db": { to: ["packages/contract"] },
  "packages/bus": { to: ["packages/contract"] },
  "packages/auth": { to: ["packages/bus", "packages/contract", "packages/db"] },
  "packages/rpc": { to: ["packages/auth", "packages/bus", "packages/contract", "packages/db"] },
  "packages/crud": { to: ["packages/rpc", "packages/auth", "packages/bus", "packages/contract", "packages/db"] },
  "packages/testing": {
    to: ["packages/crud", "packages/rpc", "packages/auth", "packages/bus", "packages/contract", "packages/db"],
    isForTests: true,
  },
  "packages/api": {
    to: ["packages/crud", "packages/rpc", "packages/auth", "packages/bus", "packages/contract", "packages/db"],
  },
  "packages/ops": {
    to: ["packages/auth", "packages/bus", "packages/contract", "packages/db"],
    // The doctor examines a real system.
    inTests: ["packages/rpc"],
  },
  "packages/cli": { to: ["packages/ops", "packages/auth", "packages/bus", "packages/contract", "packages/db"] },
  "packages/client": { to: ["packages/contract"] },
  "packages/react": { to: ["packages/client", "packages/contract"] },
  "packages/pages": { to: ["packages/react", "packages/client", "packages/contract"] },
  "apps/server": {
    to: [
      "packages/api",
      "packages/cli",
      "packages/rpc",
      "packages/ops",
      "packages/auth",
      "packages/bus",
      "packages/contract",
      "packages/db",
    ],
    // What a stop of a server means to those who use it is tried with the client they have.
    inTests: ["packages/client"],
    // The identity provider that `pnpm dev` starts beside it.
    inDevelopment: ["packages/testing"],
  },
  "apps/web": {
    to: ["packages/pages", "packages/react", "packages/client", "packages/contract"],
    // The router's type crosses to the browser; its code never does.
    typesOnly: ["packages/api"],
    // What its lists do is tried against the server they are made for.
    inTests: ["packages/api", "packages/rpc"],
  },
  "apps/e2e": { to: ["packages/testing"], isForTests: true },
  "tooling/bench": {
    to: [
      "packages/crud",
      "packages/rpc",
      "packages/auth",
      "packages/bus",
      "packages/contract",
      "packages/db",
      "apps/server",
      "tooling/services",
    ],
  },
  "tooling/fuzz": { to: ["apps/server"] },
  "tooling/browser": { to: ["tooling/services"] },
  "tooling/check": { to: [] },
  "tooling/proxies": {
    to: ["packages/rpc", "packages/contract", "tooling/browser", "tooling/services"],
    isForTests: true,
  },
  "tooling/faults": {
    to: ["packages/bus", "packages/client", "tooling/bench", "tooling/fuzz", "tooling/services", "tooling/workload"],
    // When clients come back is decided by what decides it in pages.
    isForTests: true,
  },
  "tooling/services": { to: [] },
  "tooling/vitest": { to: [] },
  "tooling/workload": {
    to: [
      "packages/api",
      "packages/crud",
      "packages/rpc",
      "packages/auth",
      "packages/bus",
      "packages/contract",
      "packages/db",
      "tooling/services",
    ],
  },
};

/** What tests and config files of any package may import besides. */
export const arrowsOfTests: readonly string[] = [
  "packages/testing",
  "tooling/browser",
  "tooling/services",
  "tooling/vitest",
];

export interface Arrows {
  readonly to: readonly string[];
  readonly typesOnly?: readonly string[];
  /** What only its tests may import. */
  readonly inTests?: readonly string[];
  /** What only its `dev` folder may import, which is in nothing that is built. */
  readonly inDevelopment?: readonly string[];
  /** May it use what packages lend to tests? */
  readonly isForTests?: true;
}
