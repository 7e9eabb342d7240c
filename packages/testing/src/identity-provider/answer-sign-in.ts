import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

import { errors, type Provider } from "oidc-provider";

import { type IdentityUser, subjectOf } from "./identity-user.ts";
import { signInPage } from "./pages.ts";

/** Where `oidc-provider` sends a browser whose user has something to do. */
export const signInPath = "/interaction/";

/** Shows the sign-in page, and takes its form. */
export async function answerSignIn(
  provider: Provider,
  users: readonly IdentityUser[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await readInteraction(provider, request, response);
  if (!interaction)
    return refuse(response, 400, "This sign-in is over, or of another browser. Start it anew in the app.");

  const { prompt, params, uid } = interaction;
  // `prompt=consent`: nobody is asked, whatever an app wants is granted.
  if (prompt.name !== "login") return provider.interactionFinished(request, response, { consent: {} });

  const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
  if (form.has("cancel")) {
    return provider.interactionFinished(request, response, {
      error: "access_denied",
      error_description: "The user cancelled.",
    });
  }

  const user = users.find(({ name }) => name === form.get("login"));
  if (user) return provider.interactionFinished(request, response, { login: { accountId: subjectOf(user) } });

  const isUnknown = form.has("login");
  response.writeHead(isUnknown ? 400 : 200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(signInPage({ action: `${signInPath}${uid}`, client: String(params["client_id"]), users, isUnknown }));
}

async function readInteraction(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  try {
    return await provider.interactionDetails(request, response);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null;
    throw error;
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(why);
}
