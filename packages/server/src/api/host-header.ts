const shape = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;
const mostPort = 65_535;

/** Nearly all requests name the hub alike. */
let last: { readonly header: string; readonly name: string | undefined } | undefined;

/**
 * The host name that a Host header says: lower case, without port and trailing dot. Undefined when it is
 * no host with an optional port that a URL could have.
 */
export function hostNameIn(header: string): string | undefined {
  if (last?.header !== header) last = { header, name: read(header) };
  return last.name;
}

function read(header: string): string | undefined {
  const [, name, port] = shape.exec(header) ?? [];
  if (name === undefined || (port !== undefined && Number(port) > mostPort)) return undefined;
  // What is left may still be an address that is none, such as 300.1.1.1, or one that is written otherwise.
  if (!URL.canParse(`http://${header}`)) return undefined;
  const plain = name.toLowerCase();
  return new URL(`http://${header}`).hostname === plain ? plain.replace(/\.$/, "") : undefined;
}
