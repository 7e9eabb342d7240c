import { startIdentityProvider } from "@countersign/testing/identity-provider";

/** What the server and its pages call it. */
const name = "demo";
const defaultPort = 5180;

/**
 * Starts the identity provider of the tests beside the app, and returns the variables that make the app use it, besides providers
 * that are configured already.
 *
 * `choice` is `DEV_IDENTITY_PROVIDER`: 1 for the usual port, or another port. Identities are kept by the provider's address, so
 * that with another port everybody is new to the app.
 */
export async function startDemoProvider(
  choice: string,
  { publicUrl = "http://localhost:5173", providers = "" }: { readonly publicUrl?: string; readonly providers?: string },
): Promise<Record<string, string>> {
  const port = choice === "1" ? defaultPort : Number(choice);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`DEV_IDENTITY_PROVIDER: write 1, or the port it is to listen on. "${choice}" is neither.`);
  }
  const provider = await startIdentityProvider({
    port,
    users: [
      // Her address is that of the app's own demo user: the app asks for that one's password before it connects them.
      { name: "ann", fullName: "Ann Lee", groups: ["staff"] },
      { name: "nina", fullName: "Nina Soto", email: "nina@example.org" },
    ],
    clients: [{ app: { url: publicUrl, as: name } }],
  }).catch((error: unknown) => {
    throw new Error(
      `The identity provider cannot listen on port ${port}: write another one as DEV_IDENTITY_PROVIDER.`,
      {
        cause: error,
      },
    );
  });
  process.stdout.write(
    `Identity provider on ${provider.issuer}: it signs in ann and nina, without a password. The app calls it "${name}".\n`,
  );
  return {
    ...provider.environment(name),
    DEMO_LABEL: "Demo provider",
    OIDC_PROVIDERS: [...providers.split(",").filter((each) => each.trim() !== ""), name].join(","),
  };
}
