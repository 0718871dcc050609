import { Maximize, Minimize } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../parts/controls.js";

/** Whether an element fills the screen; Escape ends it, which the browser sees to. */
export function useFullScreen(element: React.RefObject<HTMLElement | null>) {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  const toggle = () => {
    // A browser may refuse, and the wall is as good in its page.
    if (isFull) document.exitFullscreen().catch(() => {});
    else element.current?.requestFullscreen().catch(() => {});
  };
  return { isFull, toggle };
}

export function FullScreenButton({
  isFull,
  onToggle,
}: {
  readonly isFull: boolean;
  readonly onToggle: () => void;
}) {
  if (!document.fullscreenEnabled) return null;
  return (
    <Button onClick={onToggle}>
      {isFull ? (
        <Minimize className="size-4" aria-hidden="true" />
      ) : (
        <Maximize className="size-4" aria-hidden="true" />
      )}
      <span className="max-sm:sr-only">{isFull ? "Leave full screen" : "Full screen"}</span>
    </Button>
  );
}
