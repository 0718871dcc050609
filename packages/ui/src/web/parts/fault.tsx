import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { Component, useEffect } from "react";
import { FaultBox } from "./fault-box.js";
import { PartNotLoaded } from "./lazy-part.js";
import { NotLoaded } from "./not-loaded.js";

/**
 * What stands where something could not be drawn: what happened, and a way on. What could not be loaded is tried again
 * by itself; a page that the hub no longer has is loaded anew, where `isPage` says that nothing typed can be lost.
 */
export function Fault({
  error,
  onAgain,
  isPage = false,
}: {
  readonly error: unknown;
  readonly onAgain: () => void;
  /** Whether it is all that the page shows. Default: no. */
  readonly isPage?: boolean;
}) {
  return error instanceof PartNotLoaded ? (
    <NotLoaded error={error} onAgain={onAgain} isPage={isPage} />
  ) : (
    <NotDrawn error={error} onAgain={onAgain} isPage={isPage} />
  );
}

function NotDrawn({
  error,
  onAgain,
  isPage,
}: {
  readonly error: unknown;
  readonly onAgain: () => void;
  readonly isPage: boolean;
}) {
  const queries = useQueryClient();
  // What could not be drawn may be an answer of the hub, which is to be asked for anew.
  useEffect(() => queries.removeQueries({ type: "inactive" }), [queries]);
  return (
    <FaultBox
      icon={CircleAlert}
      tone="bg-bad-soft text-bad"
      title={isPage ? "This page has an error" : "This part of the page has an error"}
      action="Try again"
      onAction={onAgain}
    >
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <p>The rest goes on. The browser's console has the details.</p>
    </FaultBox>
  );
}

/** Keeps an error of what it holds to its own place on the page. */
export class Boundary extends Component<
  {
    readonly children: React.ReactNode;
    /** What stands there instead. Default: the error itself, with a way to try again. */
    readonly instead?: (error: unknown, onAgain: () => void) => React.ReactNode;
  },
  // What was thrown may be anything, also undefined.
  { readonly caught: readonly [error: unknown] | undefined }
> {
  override state: { readonly caught: readonly [error: unknown] | undefined } = {
    caught: undefined,
  };

  static getDerivedStateFromError(error: unknown) {
    return { caught: [error] };
  }

  readonly #again = () => this.setState({ caught: undefined });

  override render() {
    const { caught } = this.state;
    const { children, instead } = this.props;
    if (caught === undefined) return children;
    const [error] = caught;
    return instead === undefined ? (
      <Fault error={error} onAgain={this.#again} />
    ) : (
      instead(error, this.#again)
    );
  }
}
