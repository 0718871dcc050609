import { CloudOff, RotateCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { FaultBox } from "./fault-box.js";
import type { PartNotLoaded } from "./lazy-part.js";
import { mayLoadAnew, wasUpdated } from "./updated.js";

const againMs = 2_000;

/** A part of the page that did not come: tries to load it again, until it comes or the hub has another page. */
export function NotLoaded({
  error,
  onAgain,
  isPage,
}: {
  readonly error: PartNotLoaded;
  readonly onAgain: () => void;
  readonly isPage: boolean;
}) {
  const [state, setState] = useState<"away" | "missing" | "old">("away");
  const again = useRef(onAgain);
  useEffect(() => {
    again.current = onAgain;
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    let misses = 0;
    const look = async () => {
      const updated = await wasUpdated();
      if (isOver) return;
      if (updated === false) {
        if (await error.loadAgain()) return isOver || again.current();
        misses += 1;
      }
      if (isOver) return;
      // Some browsers remember what did not come for as long as they show the page.
      const isLost = updated === true || misses > 1;
      if (isLost && isPage && mayLoadAnew()) return location.reload();
      setState(updated === true ? "old" : updated === false ? "missing" : "away");
      if (updated !== true) timer = setTimeout(look, againMs);
    };
    // What failed a moment ago would fail again.
    timer = setTimeout(look, againMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
      // Who comes back to it later asks anew.
      error.forget();
    };
  }, [error, isPage]);
  if (state === "old")
    return (
      <FaultBox
        icon={RotateCw}
        tone="bg-warn-soft text-warn"
        title="The hub was updated"
        action="Load the page anew"
        onAction={() => location.reload()}
      >
        <p>This tab is from before, and what it asks for is gone. What is typed here is lost.</p>
      </FaultBox>
    );
  return (
    <FaultBox
      icon={CloudOff}
      tone="bg-warn-soft text-warn"
      title={isPage ? "This page did not load" : "This part of the page did not load"}
      action="Try again"
      onAction={() => void error.loadAgain().then((came) => came && onAgain())}
    >
      <p>
        {state === "away"
          ? "The hub does not answer. It is asked again every few seconds."
          : "The hub answers, but not with this. It is asked again every few seconds."}
      </p>
    </FaultBox>
  );
}
