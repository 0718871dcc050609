import { useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { Loading } from "../parts/panels.js";
import type { SignInSearch } from "./sign-in-search.js";

/** Where people come back to whom the issuer did not let in. Whoever the hub knows goes on from here. */
export function SignInPage(): React.ReactNode {
  const { to = "/" }: SignInSearch = useSearch({ from: "/ui/sign-in" });
  // Not every path of the hub is one of this app.
  useEffect(() => location.replace(to), [to]);
  return <Loading what="the page that you came for" />;
}
