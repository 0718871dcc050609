import { useEffect } from "react";
import { hubNow } from "../live/clock.js";
import { stored } from "../parts/stored.js";
import { type Visits, visited } from "./visits.js";

const instant = (value: unknown) => (typeof value === "number" ? value : undefined);

export const visits = stored<Visits>("mcp-hub-visits", (found) => {
  if (typeof found !== "object" || found === null) return {};
  const { before, last } = found as Readonly<Record<string, unknown>>; // an object of any members
  return { before: instant(before), last: instant(last) };
});

const markEveryMs = 60_000;

/** Remembers that somebody is here, for as long as they look. */
export function useVisits(): void {
  useEffect(() => {
    const mark = () => {
      if (!document.hidden) visits.set(visited(visits.get(), hubNow()));
    };
    mark();
    const timer = setInterval(mark, markEveryMs);
    return () => clearInterval(timer);
  }, []);
}
