import { useEffect, useState } from "react";

const waitMs = 250;

/** A value once it has stayed the same for a moment; equal values of other objects count as the same. */
export function useDebounced<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text)), waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
