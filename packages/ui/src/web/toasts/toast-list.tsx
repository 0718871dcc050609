import { Undo2, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "../parts/controls.js";
import { dismiss, type Toast, undo, useToasts } from "./toasts.js";

/** Long enough to read it and to reach its button. */
const shownMs = 10_000;

/** What was done lately, above the page. It stays while somebody points at it or has the focus in it. */
export function ToastList() {
  const toasts = useToasts();
  useUndoKey();
  return (
    <section
      aria-label="What was done"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-18 z-30 grid justify-items-center gap-2 md:bottom-6"
    >
      {toasts.map((toast) => (
        <Shown key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function Shown({ toast }: { readonly toast: Toast }) {
  const { id, text, tone } = toast;
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, isHeld]);
  const isBad = tone === "bad";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only stays longer while somebody is at it
    <div
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={`enter pointer-events-auto flex w-fit max-w-full items-center gap-2 rounded-xl border py-1.5 pr-1.5 pl-4 text-sm shadow-card ${isBad ? "border-bad bg-bad-soft text-bad" : "border-line-strong bg-surface text-ink"}`}
    >
      <p className="min-w-0 py-1 break-words">{text}</p>
      {toast.undo !== undefined && (
        <Button look="quiet" className="text-accent" onClick={() => void undo(toast)}>
          <Undo2 className="size-4" aria-hidden="true" />
          Undo
        </Button>
      )}
      <IconButton label="Dismiss" isSmall onClick={() => dismiss(id)}>
        <X className="size-4" aria-hidden="true" />
      </IconButton>
    </div>
  );
}

/** Ctrl-Z takes back what was done last, where no field has the key for what was typed. */
function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
      const { target } = event;
      const isField = target instanceof Element && target.matches("input, textarea, select");
      if (!isUndo || isField || document.querySelector("dialog[open]") !== null) return;
      void undo();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
