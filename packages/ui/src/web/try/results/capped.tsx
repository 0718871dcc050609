import { useState } from "react";
import { Button } from "../../parts/controls.js";

const mostText = 200_000;

/** The beginning of a text that may have any length; a button shows more of it. */
export function Capped({
  text,
  most = mostText,
}: {
  readonly text: string;
  readonly most?: number;
}) {
  const [shown, setShown] = useState(most);
  if (text.length <= shown) return text;
  return (
    <>
      {text.slice(0, shown)}…
      <span className="mt-1 block font-sans">
        <Button onClick={() => setShown(shown + most)}>
          Show more ({(text.length - shown).toLocaleString("en")} characters left)
        </Button>
      </span>
    </>
  );
}
