import { use } from "react";
import { isAway } from "../live/live.js";
import { wasUpdated } from "./updated.js";

/** A part of the page did not come: the hub is away, or was updated since this page was loaded. */
export class PartNotLoaded extends Error {
  override readonly name = "PartNotLoaded";

  constructor(
    cause: unknown,
    /** Asks for it again, and says whether it came. Never rejects. */
    readonly loadAgain: () => Promise<boolean>,
    /** Has it asked for anew when it is drawn the next time. */
    readonly forget: () => void,
  ) {
    super("A part of this page could not be loaded.", { cause });
  }
}

/** Nothing is loaded from a hub that is away: a browser remembers a script that did not come, and asks no more. */
async function untilItMayCome(): Promise<void> {
  if (isAway() && (await wasUpdated()) === undefined) throw new Error("The hub does not answer.");
}

/**
 * A component that comes when it is first drawn, or earlier with `preload`. Where it cannot be loaded it throws
 * `PartNotLoaded`, and, unlike React's own `lazy`, it can be asked for again.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<React.ComponentType<Props>>,
): ((props: Props) => React.ReactNode) & { preload(): Promise<void> | undefined } {
  let found: React.ComponentType<Props> | undefined;
  let failed: PartNotLoaded | undefined;
  let loading: Promise<void> | undefined;
  const preload = () => {
    if (found !== undefined) return undefined;
    failed = undefined;
    loading ??= untilItMayCome()
      .then(load)
      .then(
        (component) => {
          found = component;
        },
        (cause) => {
          failed = new PartNotLoaded(cause, loadAgain, () => {
            failed = undefined;
          });
        },
      )
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };
  const loadAgain = async () => {
    await preload();
    return found !== undefined;
  };
  const draw = (props: Props) => {
    if (failed !== undefined) throw failed;
    if (found === undefined) {
      const coming = preload();
      if (coming !== undefined) use(coming);
      return null;
    }
    const Found = found;
    return <Found {...props} />;
  };
  return Object.assign(draw, { preload });
}
