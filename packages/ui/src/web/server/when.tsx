import { Ago } from "../live/ago.js";

/** An instant as people write it, and how long ago it was. */
export function When({ at }: { readonly at: string }) {
  return (
    <>
      {new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" })}{" "}
      <span className="text-soft">
        (<Ago at={at} />)
      </span>
    </>
  );
}
