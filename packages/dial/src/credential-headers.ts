import type { ReadyHeaders, UpstreamCredentials } from "@hub/core/upstream";

/** The headers that a request for a server to a URL carries beside all others; undefined for none. */
export function credentialHeaders(
  credentials: UpstreamCredentials | undefined,
  serverId: string | undefined,
  url: string,
): ReadyHeaders | undefined | Promise<ReadyHeaders | undefined> {
  return serverId === undefined ? undefined : credentials?.headersFor(serverId, url);
}

/** The same by name. */
export function asRecord(headers: ReadyHeaders = []): Record<string, string> {
  const record: Record<string, string> = {};
  for (let index = 0; index + 1 < headers.length; index += 2)
    record[headers[index] ?? ""] = headers[index + 1] ?? "";
  return record;
}
