import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isAway } from "./api/problem.js";
import { PartNotLoaded } from "./parts/lazy-part.js";
import { createAppRouter } from "./router.js";
import "./styles.css";

const mostRetries = 4;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A hub that restarts is back in a moment; what it refused it will refuse again.
      retry: (count, error) => count < mostRetries && isAway(error),
      retryDelay: (attempt) => Math.min(4_000, 300 * 2 ** attempt),
      // Events say when something is stale.
      staleTime: 30_000,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no place to draw in.");
createRoot(root, {
  // That the hub is away is told on the page, and is no error of its own.
  onCaughtError: (error) => {
    if (!(error instanceof PartNotLoaded)) console.error(error);
  },
}).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={createAppRouter()} />
    </QueryClientProvider>
  </StrictMode>,
);
