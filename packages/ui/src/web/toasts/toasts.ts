import { useSyncExternalStore } from "react";

/** What was done, for a moment. */
export type Toast = {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "bad";
  /** Takes it back. Absent: it cannot be. */
  readonly undo?: (() => Promise<unknown>) | undefined;
};

/** More of them would hide the page. */
const mostToasts = 3;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => toasts);
}

/** Says what was done, and offers to take it back. */
export function tell(text: string, undo?: () => Promise<unknown>, tone: Toast["tone"] = "plain") {
  lastId += 1;
  set([...toasts, { id: lastId, text, tone, undo }].slice(-mostToasts));
}

export function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Takes the newest thing back that can be; says so when that fails. */
export async function undo(toast: Toast | undefined = toasts.findLast(canUndo)): Promise<void> {
  if (toast?.undo === undefined) return;
  dismiss(toast.id);
  try {
    await toast.undo();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tell(`That could not be undone: ${why}`, undefined, "bad");
  }
}

const canUndo = (toast: Toast) => toast.undo !== undefined;
