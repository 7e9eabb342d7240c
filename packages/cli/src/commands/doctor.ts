import { defineCommand } from "../command.ts";

export const doctor = defineCommand({
  name: "doctor",
  summary: "Looks at a running system as a browser does, and says what is wrong.",
  details: `With the server's environment it looks at database and bus as well. With --session it
signs in as an account that it makes in the database and removes again at once: its name
begins with "countersign-doctor-". The exit code is 5 when something does not work or is not
safe, 6 when something is doubtful, and 0 otherwise.`,
  options: {
    url: { value: "url", help: "Where browsers reach it. Without it, what PUBLIC_URL says." },
    idle: { value: "seconds", help: "How long a silent socket is held, to find out whether the proxy cuts it; 5." },
    session: { help: "Signs in, to see what becomes of the cookie and of the client's address." },
  },
  async run(context, { options }) {
    // Loaded only when it is needed.
    const { tellSymptoms } = await import("../operation/tell-symptoms.ts");
    return tellSymptoms(context, options);
  },
});
