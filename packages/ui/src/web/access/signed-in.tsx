import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { startLive } from "../live/live.js";
import { Boundary, Fault } from "../parts/fault.js";
import { lazyPart } from "../parts/lazy-part.js";
import { Loading } from "../parts/panels.js";
import { mustSignIn, whoQuery } from "./queries.js";

const SignIn = lazyPart(async () => (await import("./sign-in.js")).SignIn);

/**
 * The page for those whom the hub knows; where it asks who somebody is, the question comes first. The event stream
 * is theirs as well, and another one for each who signs in.
 */
export function SignedIn({ children }: { readonly children: React.ReactNode }) {
  const queries = useQueryClient();
  const who = useQuery(whoQuery);
  const isAsked = who.data !== undefined && mustSignIn(who.data);
  const isFollowing = !who.isPending && !isAsked;
  const id = who.data?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a stream is of the one who opened it
  useEffect(() => (isFollowing ? startLive(queries) : undefined), [queries, isFollowing, id]);
  if (who.isPending) return <Loading what="the hub" />;
  // A hub that does not answer says so in the page itself.
  return isAsked ? (
    <Boundary instead={(error, onAgain) => <Fault error={error} onAgain={onAgain} isPage />}>
      <Suspense fallback={<Loading what="the sign-in" />}>
        <SignIn />
      </Suspense>
    </Boundary>
  ) : (
    children
  );
}
