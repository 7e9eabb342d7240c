import { z } from "zod";

/** Where figures about the server are served, and to whom. */
export interface MetricsChoice {
  /** A port of their own; null: the app's own, under `/metrics`. */
  readonly address: { readonly port: number; readonly host: string } | null;
  /** Who presents it gets them. Null, on a port of their own: everybody who can reach that. */
  readonly token: string | null;
}

/** The variables that say so. */
export const metricsVariables = {
  METRICS_PORT: z
    .string()
    .regex(/^\d{1,5}$/, "Write a port from 0 to 65535.")
    .transform(Number)
    .pipe(z.int().min(0).max(65_535, "Write a port from 0 to 65535."))
    .optional()
    .meta({
      description: "A port for the server's figures, with nothing else on it. Never let it through to the outside.",
      default: "none",
    }),
  METRICS_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, "Write a host name or an address, without brackets.")
    .default("127.0.0.1")
    .meta({ description: "The name or address that METRICS_PORT is opened on." }),
  METRICS_TOKEN: z
    .string()
    .regex(
      /^[\x21-\x7e]{16,512}$/,
      "Write at least 16 letters, digits or signs and no space, as from: openssl rand -hex 32",
    )
    .optional()
    .meta({
      description:
        "Who presents it as a bearer token gets the figures; without METRICS_PORT under `/metrics` on the server's own port.",
      default: "none",
      choices: "at least 16 characters",
    }),
};

/** Without a port and a token nothing is measured, and nothing served. */
export function chooseMetrics({
  METRICS_PORT: port,
  METRICS_HOST: host,
  METRICS_TOKEN: token = null,
}: {
  readonly METRICS_PORT?: number | undefined;
  readonly METRICS_HOST: string;
  readonly METRICS_TOKEN?: string | null | undefined;
}): MetricsChoice | null {
  if (port === undefined && token === null) return null;
  return { address: port === undefined ? null : { port, host }, token };
}
