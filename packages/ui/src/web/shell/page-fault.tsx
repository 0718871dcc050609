import { useRouterState } from "@tanstack/react-router";
import { Fault } from "../parts/fault.js";
import { PageHead } from "../parts/panels.js";
import { pages } from "./pages.js";
import { useTitle } from "./title.js";

/** What stands where a page could not be drawn; the shell around it goes on. */
export function PageFault({
  error,
  reset,
}: {
  readonly error: unknown;
  readonly reset: () => void;
}) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const label = pages.find(({ to }) => to !== "/" && path.startsWith(to))?.label ?? "MCP Hub";
  useTitle(label);
  return (
    <>
      <PageHead title={label} />
      <Fault error={error} onAgain={reset} isPage />
    </>
  );
}
