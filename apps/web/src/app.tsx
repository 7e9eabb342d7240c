import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";

import { Mark, PagesProvider, type Navigate } from "@countersign/pages";

import "@countersign/pages/styles.css";
import { SessionProvider } from "@countersign/react";

import { api } from "./api.ts";

import "./app.css";
import { languages } from "./languages.ts";
import { slots } from "./page-slots.tsx";
import { router } from "./router.tsx";
import { queryClient, sessionClient, trpcClient } from "./session.ts";

/** The whole app: who is there, the calls, the texts, the pages. */
export function App() {
  return (
    <SessionProvider client={sessionClient} queryClient={queryClient}>
      <api.Provider client={trpcClient} queryClient={queryClient}>
        <QueryClientProvider client={queryClient}>
          <PagesProvider navigate={navigate} brand={brand} languages={languages} slots={slots}>
            <RouterProvider router={router} />
          </PagesProvider>
        </QueryClientProvider>
      </api.Provider>
    </SessionProvider>
  );
}

const navigate: Navigate = (to, options) => (options?.replace ? router.history.replace(to) : router.history.push(to));

const brand = { name: "Countersign", mark: <Mark /> };
