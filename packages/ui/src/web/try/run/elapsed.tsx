import { useEffect, useState } from "react";
import { durationText } from "./duration.js";

const tickMs = 100;

/** The time since an instant, ticking. */
export function Elapsed({ since }: { readonly since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <span role="timer" className="text-sm text-soft tabular-nums">
      {durationText(Math.max(0, now - since))}
    </span>
  );
}
