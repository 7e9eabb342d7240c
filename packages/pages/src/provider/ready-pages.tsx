import type { ComponentType } from "react";

import { AccountPage } from "../account/account-page.tsx";
import { LoginPage } from "../login/login-page.tsx";
import { ForbiddenPage } from "../message/forbidden-page.tsx";
import { LoggedOutPage } from "../message/logged-out-page.tsx";
import { ContinuePage } from "../oidc/continue-page.tsx";
import { ProviderErrorPage } from "../oidc/provider-error-page.tsx";
import { SignedInPage } from "../oidc/signed-in-page.tsx";
import { ConfirmEmailPage } from "../recovery/confirm-email-page.tsx";
import { ForgotPage } from "../recovery/forgot-page.tsx";
import { ResetPage } from "../recovery/reset-page.tsx";
import { RevertEmailPage } from "../recovery/revert-email-page.tsx";
import { VerifyPage } from "../recovery/verify-page.tsx";
import { RegisterPage } from "../register/register-page.tsx";

import type { PageProps } from "./page-slots.ts";
import type { Routes } from "./routes.ts";

/** The admin's pages are an area of their own: `<AdminArea>`. */
export type PageName = Exclude<keyof Routes, "home" | "admin">;

/** A page and the frame it wants. */
export interface ReadyPage {
  readonly name: PageName;
  /** `alone`: fills the window. `open`: in the app's frame, for anyone. `signed-in`: in the frame, below `<RequireLogin>`. */
  readonly place: "alone" | "open" | "signed-in";
  readonly Page: ComponentType<PageProps>;
}

/**
 * All ready pages, to be mounted at `routes[name]` in one go. An app's own page takes the place of one as a whole:
 * `readyPages({ loggedOut: Goodbye })`.
 */
export function readyPages(own: Partial<Record<PageName, ComponentType<PageProps>>> = {}): readonly ReadyPage[] {
  return pages.map((page) => ({ ...page, Page: own[page.name] ?? page.Page }));
}

const pages: readonly ReadyPage[] = [
  { name: "login", place: "alone", Page: LoginPage },
  { name: "register", place: "alone", Page: RegisterPage },
  { name: "forgot", place: "alone", Page: ForgotPage },
  { name: "reset", place: "alone", Page: ResetPage },
  { name: "verify", place: "alone", Page: VerifyPage },
  { name: "confirmEmail", place: "alone", Page: ConfirmEmailPage },
  { name: "revertEmail", place: "alone", Page: RevertEmailPage },
  { name: "providerSignedIn", place: "alone", Page: SignedInPage },
  { name: "providerContinue", place: "alone", Page: ContinuePage },
  { name: "providerError", place: "alone", Page: ProviderErrorPage },
  { name: "account", place: "signed-in", Page: AccountPage },
  { name: "loggedOut", place: "open", Page: LoggedOutPage },
  { name: "forbidden", place: "open", Page: ForbiddenPage },
];
