/**
 * The URL of a server, as it was given to `caller`.
 * @throws TypeError when it is none that can be asked over HTTP.
 */
export function urlOf(text: string, caller: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      `\`${caller}\` got ${JSON.stringify(text)}. Expected an http(s) URL such as http://127.0.0.1:8002/mcp`,
    );
  }
  return text;
}
