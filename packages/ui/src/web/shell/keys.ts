import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { pages } from "./pages.js";

/** What a key press does, as the help shows it. */
export const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["Ctrl", "K"], "Go to a server, tool or page (⌘ K on a Mac)"],
  [["/"], "Search on this page"],
  [["?"], "Keyboard shortcuts"],
  ...pages.map(({ key, label }) => [["g", key], `Go to ${label}`] as const),
  [["Ctrl", "Enter"], "Call the tool whose form one is in"],
  [["Ctrl", "Z"], "Undo the last change"],
  [["Esc"], "Close the open dialog"],
];

const sequenceMs = 1_200;

/** The field of a dialog that has just closed keeps the focus until the next frame, and takes no letters. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.checkVisibility() &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** Listens to the keys that work everywhere. */
export function useKeys(open: (what: "palette" | "help") => void): void {
  const router = useRouter();
  const wentAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        open("palette");
        return;
      }
      const isElsewhere = document.querySelector("dialog[open]") !== null;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isElsewhere)
        return;
      const isSecond = event.timeStamp - wentAt.current < sequenceMs;
      wentAt.current = event.key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (event.key === "/") {
        event.preventDefault();
        const field = document.querySelector<HTMLInputElement>("[data-search]");
        if (field === null) open("palette");
        else field.focus();
      } else if (event.key === "?") open("help");
      else if (isSecond) {
        const page = pages.find(({ key }) => key === event.key);
        if (page !== undefined) router.history.push(page.to);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [open, router]);
}
