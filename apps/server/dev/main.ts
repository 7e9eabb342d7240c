import { startDemoProvider } from "./demo-provider.ts";

// What `pnpm dev` starts: an identity provider where one is asked for, and a program, anew with every change of its sources:
//   DEV_IDENTITY_PROVIDER=1 node dev/main.ts src/main.ts
// The provider stays while the program comes and goes: who is signed in there remains so.

const { DEV_IDENTITY_PROVIDER: choice, PUBLIC_URL: publicUrl, OIDC_PROVIDERS: providers } = process.env;

if (choice) {
  const given = { ...(publicUrl ? { publicUrl } : {}), ...(providers ? { providers } : {}) };
  try {
    Object.assign(process.env, await startDemoProvider(choice, given));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

await import("./restart-on-change.ts");
