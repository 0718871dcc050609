/** Where RFC 9728 puts the metadata of a resource; the path of the resource comes behind. */
export const wellKnownPath = "/.well-known/oauth-protected-resource";
