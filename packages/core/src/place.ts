const loopback = /^(127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Names the place that an endpoint leads to: the same for spellings that lead to the same server, such as
 * localhost and 127.0.0.1, with a slash at the end or without.
 */
export function placeOf(endpoint: string): string {
  const url = new URL(endpoint);
  if (loopback.test(url.hostname)) url.hostname = "localhost";
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url.href;
}
