import { useQuery } from "@tanstack/react-query";
import { Loading } from "../parts/panels.js";
import { mustSignIn, whoQuery } from "./queries.js";
import { SignIn } from "./sign-in.js";

/** The page for those whom the hub knows; where it asks who somebody is, the question comes first. */
export function SignedIn({ children }: { readonly children: React.ReactNode }) {
  const who = useQuery(whoQuery);
  // A hub that does not answer says so in the page itself.
  if (who.data === undefined) return who.isError ? children : <Loading what="the hub" />;
  return mustSignIn(who.data) ? <SignIn /> : children;
}
