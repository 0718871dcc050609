import { Ago } from "../live/ago.js";
import { hubNow } from "../live/clock.js";

/** An instant as people write it, to the minute, and how long ago it was. */
export function When({ at }: { readonly at: string }) {
  const date = new Date(at);
  const isThisYear = date.getFullYear() === new Date(hubNow()).getFullYear();
  return (
    <>
      <time dateTime={at} title={date.toLocaleString()}>
        {date.toLocaleString(undefined, {
          ...(isThisYear ? {} : { year: "numeric" }),
          month: "short",
          day: "numeric",
          hour: "numeric",
          minute: "2-digit",
        })}
      </time>{" "}
      <span className="text-soft">
        (<Ago at={at} />)
      </span>
    </>
  );
}
