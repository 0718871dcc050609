import {
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  type Payload,
  type TestHub,
} from "@hub/testing";

/** What clients see of the states of servers. */

export const eras = ["legacy", "modern"] as const;
export const start = (era: (typeof eras)[number], options = {}) =>
  era === "legacy" ? LegacyUpstream.start(options) : ModernUpstream.start(options);

/** Clients of both revisions at the endpoint of all servers and at that of one, with the name of its tool there. */
export async function everyClient(hub: TestHub, id: string) {
  const one = `/servers/${id}/mcp`;
  return [
    { client: new ModernClient(hub.url), name: `${id}__echo` },
    { client: await LegacyClient.open(hub.url), name: `${id}__echo` },
    { client: new ModernClient(hub.url, { path: `${one}?revision=2026-07-28` }), name: "echo" },
  ];
}

type Missing = { readonly server: string; readonly status: string; readonly reason: string };

export const missingIn = ({ result }: Message): readonly Missing[] =>
  ((result?._meta as Payload | undefined)?.["mcp-hub/missing"] ?? []) as readonly Missing[]; // as the hub promises

export const namesIn = ({ result }: Message) =>
  ((result?.tools ?? []) as readonly { readonly name: string }[]).map(({ name }) => name); // a list of tools

export async function listed(client: ModernClient, given: Payload = {}) {
  const { response } = await client.call("hub__list_servers", given).done;
  const { servers } = (response.result?.structuredContent ?? {}) as {
    readonly servers?: readonly Payload[];
  }; // as its description says
  return servers ?? [];
}
