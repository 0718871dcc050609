const none: ReadonlySet<string> = new Set();

/** Names, in lower case, of the headers that a `Connection` header keeps to one connection. */
export function connectionHeaders(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || connection === "keep-alive" || connection === "close")
    return none;
  return new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
}
