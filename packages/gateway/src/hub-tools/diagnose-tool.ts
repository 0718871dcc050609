import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { JsonObject } from "@hub/core/json";
import { nameKey } from "@hub/core/text";
import { mayCallSome, mayCallWhole } from "../catalogue/callable.js";
import type { View } from "../catalogue/view.js";

/**
 * Says why a server or an endpoint does not work, or in words why that cannot be said. `server` is an id or a
 * name. `sees`: which servers the answer may speak of, and `principal` who asks: it gets no more than it would
 * from the hub elsewhere. Takes a few seconds at most.
 */
export type AskDoctor = (
  asked:
    | { readonly server: string; readonly endpoint?: undefined }
    | { readonly server?: undefined; readonly endpoint: string },
  sees: (entry: Entry) => boolean,
  principal: Principal,
) => Promise<JsonObject | string>;

const longest = 2_000;

/** The answer to `hub__diagnose`: a verdict, or a text for what was asked wrongly. */
export async function diagnose(
  view: View,
  principal: Principal,
  askDoctor: AskDoctor,
  { server, endpoint }: JsonObject,
): Promise<JsonObject | string> {
  const sees = ({ record }: Entry) => mayCallSome(view.selection, record);
  const ask = (asked: Parameters<AskDoctor>[0]) => askDoctor(asked, sees, principal);
  if (typeof server === "string" && endpoint === undefined) {
    if (!isNarrowed(view)) return ask({ server: server.slice(0, longest) });
    const found = selectedBy(view, server);
    if (found === undefined)
      return `No server here has the id or name ${JSON.stringify(server.slice(0, 100))}. hub__list_servers says which there are.`;
    // Its calls, its changes and what it printed speak of all that it offers.
    if (!mayCallWhole(view.selection, found.record))
      return `${found.record.name} (${found.record.id}) can be diagnosed by those only who may call all of its tools.`;
    return ask({ server: found.record.id });
  }
  if (typeof endpoint !== "string" || server !== undefined)
    return `Expected server, the id or name of a server, or endpoint, the URL of one that you work on, got ${given(server ?? endpoint)}.`;
  if (isNarrowed(view))
    return "This endpoint of the hub is about some of its servers only. Give server.";
  if (!isHttp(endpoint)) return `Expected endpoint to be an http(s) URL, got ${given(endpoint)}.`;
  return ask({ endpoint: endpoint.slice(0, longest) });
}

const given = (value: unknown) => JSON.stringify(value)?.slice(0, 100) ?? "nothing";

const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** Whether this selection is not about everything that is there. */
function isNarrowed({ selection }: View): boolean {
  return (
    selection.servers !== undefined ||
    selection.tags !== undefined ||
    selection.toolset !== undefined ||
    selection.policy !== undefined
  );
}

/** By its id, else by its name. */
function selectedBy({ selected }: View, asked: string): Entry | undefined {
  const key = nameKey(asked);
  return (
    selected.find(({ record }) => record.id === asked) ??
    selected.find(({ record }) => nameKey(record.name) === key)
  );
}
