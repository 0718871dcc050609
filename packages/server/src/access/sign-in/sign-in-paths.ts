/** The paths of the hub that take part in signing in with the issuer. */
export const signInPaths = {
  begin: "/session/issuer",
  callback: "/session/callback",
  client: "/session/client.json",
} as const;
