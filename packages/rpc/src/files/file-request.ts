import type { HttpBindings } from "@hono/node-server";
import { type AnyRouter, callTRPCProcedure, getTRPCErrorFromUnknown } from "@trpc/server";
import { getErrorShape } from "@trpc/server/shared";

import type { Principal } from "@countersign/auth";

import type { TrustedProxies } from "../connection/client-address.ts";
import { createHttpCaller } from "../http/http-caller.ts";
import type { RootContext } from "../procedure/call-context.ts";
import type { ErrorShape } from "../procedure/error-format.ts";
import type { ListedProcedure } from "../procedure/rule-list.ts";
import type { Services } from "../services.ts";

import type { FileCall } from "./file-call.ts";
import type { StoredFiles } from "./stored-files.ts";
import type { Transfer } from "./transfer.ts";

/** What all requests for files share. */
export interface FileRequestOptions {
  readonly router: AnyRouter;
  readonly services: Services;
  readonly files: StoredFiles;
  readonly publicUrl: URL;
  readonly isTrustedProxy: TrustedProxies;
}

/** One request for a file: the calls of its procedure, all of them by the same path as any other call. */
export class FileRequest {
  readonly files: StoredFiles;
  readonly services: Services;
  /** Of the answer: what the calls set. */
  readonly headers: Headers = new Headers();
  readonly #options: FileRequestOptions;
  readonly #procedure: ListedProcedure;
  readonly #bindings: HttpBindings;
  readonly #input: unknown;

  constructor(options: FileRequestOptions, procedure: ListedProcedure, bindings: HttpBindings, input: unknown) {
    this.files = options.files;
    this.services = options.services;
    this.#options = options;
    this.#procedure = procedure;
    this.#bindings = bindings;
    this.#input = input;
  }

  /** @throws TRPCError */
  async call(fileCall: FileCall): Promise<unknown> {
    const { path, type } = this.#procedure;
    const getRawInput = async () => this.#input;
    const { router } = this.#options;
    try {
      return await callTRPCProcedure({
        router,
        path,
        type,
        getRawInput,
        ctx: this.#context(fileCall),
        signal: undefined,
        batchIndex: 0,
      });
    } catch (error) {
      throw getTRPCErrorFromUnknown(error);
    }
  }

  /** Watches over the right to this file from now on. */
  async openTransfer(recheck: () => Promise<void>): Promise<Transfer> {
    const { auth, transfers } = this.services;
    const { tokenHash, addressKey } = this.#context(null).caller;
    const principal: Principal | null = tokenHash === null ? null : await auth.sessions.validate(tokenHash);
    return transfers.open({ holder: principal?.user.id ?? addressKey, principal, recheck });
  }

  /** What the client is told of a failure; the rest is in the log. */
  describe(error: unknown): ErrorShape {
    const { path, type } = this.#procedure;
    const config = this.#options.router._def._config;
    const ctx = this.#context(null);
    // The cast: our own error formatter makes it.
    return getErrorShape({
      config,
      error: getTRPCErrorFromUnknown(error),
      path,
      type,
      input: undefined,
      ctx,
    }) as ErrorShape;
  }

  #context(fileCall: FileCall | null): RootContext {
    return { caller: createHttpCaller(this.#options, this.#bindings, this.headers, fileCall) };
  }
}
