/** In the result of a change of a session that is made and that the store did not take. */
const notKeptKey = "mcp-hub/not-kept";

const why =
  "This holds, but the hub's store did not take it: after a restart of the hub, and at other hubs, it may not. Ask again later, or look at /readyz.";

/** The result of a change of a session. Where it may not outlive this process, it says so. */
export function doneAs(isStored: boolean): object {
  return isStored ? {} : { _meta: { [notKeptKey]: why } };
}
