import { defineCommand } from "../command.ts";

export const audit = defineCommand({
  name: "audit",
  summary: "Judges a server's settings and its database, as the server does at its start.",
  details: `Run it with the server's environment. It is judged as one in production, unless
NODE_ENV says otherwise. Changes nothing. docs/findings.md lists what it looks for.
The exit code is 5 when there is an error (such a server does not start), 6 when
there are warnings only, and 0 otherwise.`,
  options: {},
  async run(context) {
    // Loaded only when it is needed.
    const { tellFindings } = await import("../operation/tell-findings.ts");
    return tellFindings(context);
  },
});
