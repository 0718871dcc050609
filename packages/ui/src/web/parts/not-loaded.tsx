import { CloudOff, RotateCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { FaultBox } from "./fault-box.js";
import type { PartNotLoaded } from "./lazy-part.js";
import { mayLoadAnew, wasUpdated } from "./updated.js";

const againMs = 2_000;

/** A part of the page that did not come: looks for it until it comes or the page must be loaded anew. */
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
  const ask = useRef<() => void>(undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    let isLooking = false;
    /** Whether somebody asked since the last look began. */
    let isAsked = false;
    const lookNow = async () => {
      // Whoever asks again has this look's answer.
      if (isLooking) return;
      clearTimeout(timer);
      isLooking = true;
      const updated = await wasUpdated();
      const isHere = updated === false && (await error.loadAgain());
      isLooking = false;
      if (isOver) return;
      if (isHere) return again.current();
      // By the rules of HTML a browser remembers what did not come for as long as it shows the page.
      if (updated !== undefined && isPage && (mayLoadAnew() || isAsked)) return location.reload();
      isAsked = false;
      setState(updated === true ? "old" : updated === false ? "missing" : "away");
      if (updated !== true) wait();
    };
    const wait = () => {
      timer = setTimeout(() => void lookNow(), againMs);
    };
    ask.current = () => {
      isAsked = true;
      void lookNow();
    };
    // What failed a moment ago would fail again.
    wait();
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
      {...(state === "away"
        ? { action: "Try again", onAction: () => ask.current?.() }
        : { action: "Load the page anew", onAction: () => location.reload() })}
    >
      <p>
        {state === "away"
          ? "The hub does not answer. It is asked again every few seconds."
          : "The hub answers, but this browser did not get this. Load the page anew; what is typed here is lost."}
      </p>
    </FaultBox>
  );
}
