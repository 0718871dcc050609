import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, buttonClass, inputClass } from "../parts/controls.js";
import { Field } from "../parts/field.js";
import { Panel, Problem } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { useSignIn } from "./changes.js";
import { sessionQuery } from "./queries.js";
import { SignInProblem } from "./sign-in-problem.js";
import { readSignInSearch, type SignInSearch } from "./sign-in-search.js";

/** What the address of the sign-in's own page says, and where to go from there; else back to the page itself. */
function whereFrom({ pathname, search }: Location): SignInSearch {
  if (pathname !== "/ui/sign-in") return { to: `${pathname}${search}` };
  return readSignInSearch(Object.fromEntries(new URLSearchParams(search)));
}

/** Asks who somebody is, in the place of the page that they came for. */
export function SignIn() {
  useTitle("Sign in");
  const [token, setToken] = useState("");
  const session = useQuery(sessionQuery);
  const signIn = useSignIn();
  const { problem, to = "/" } = whereFrom(location);
  const hasIssuer = session.data?.ways.includes("issuer") === true;
  return (
    <div className="mx-auto mt-8 grid max-w-md gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Sign in to MCP Hub</h1>
      {problem !== undefined && <SignInProblem problem={problem} />}
      {signIn.error !== null && <Problem error={signIn.error} />}
      {hasIssuer && (
        <Panel>
          {/* Leaves the page: the hub sends the browser on to the issuer, and back here. */}
          <a
            className={buttonClass("solid", "w-full")}
            href={`/session/issuer?to=${encodeURIComponent(to)}`}
          >
            Sign in with {hostOf(session.data?.issuer)}
          </a>
        </Panel>
      )}
      <Panel>
        <form
          aria-label="Sign in with a token"
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate(token.trim());
          }}
        >
          <Field
            label="Token"
            hint="It begins with mh_. Whoever runs the hub makes one with: mcp-hub token create"
          >
            {(ids) => (
              <input
                {...ids}
                type="password"
                autoComplete="current-password"
                spellCheck={false}
                className={`${inputClass} font-mono`}
                value={token}
                onChange={(event) => setToken(event.target.value)}
              />
            )}
          </Field>
          <Button
            type="submit"
            look={hasIssuer ? "plain" : "solid"}
            className="mt-4 w-full"
            disabled={token.trim() === "" || signIn.isPending}
          >
            {signIn.isPending ? "Signing in…" : "Sign in with the token"}
          </Button>
        </form>
      </Panel>
    </div>
  );
}

function hostOf(issuer: string | undefined): string {
  return issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).host : "your account";
}
