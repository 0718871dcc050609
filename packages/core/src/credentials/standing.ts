/**
 * How the hub stands with its credentials for a server at one of its endpoints: it has `none`, or they are `sent`
 * there; or they are not, and why. `moved`: they were given for other origins. `unreadable`: their key is not the
 * hub's. `no-token`: their issuer gave none.
 */
export type CredentialStanding =
  | { readonly kind: "none" }
  | { readonly kind: "sent"; readonly names: readonly string[] }
  | { readonly kind: "moved"; readonly names: readonly string[]; readonly from: readonly string[] }
  | { readonly kind: "unreadable"; readonly names: readonly string[] }
  | {
      readonly kind: "no-token";
      readonly names: readonly string[];
      /** Half a sentence about the issuer, in the hub's own words. */
      readonly why: string;
    };
