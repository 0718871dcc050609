import { Loading } from "../parts/panels.tsx";

/** How to connect to some servers of the hub, or to one of its toolsets, from the clients people use. */
export function ConnectPanel(_: {
  /** Ids. None: the whole hub. */
  readonly servers: readonly string[];
  /** The id of a toolset, in the place of servers. */
  readonly toolset?: string;
}): React.ReactNode {
  return <Loading what="the configuration" />;
}
