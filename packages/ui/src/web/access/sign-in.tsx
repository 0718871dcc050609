import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, buttonClass, inputClass } from "../parts/controls.js";
import { Field } from "../parts/field.js";
import { Panel, Problem } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { useSignIn } from "./changes.js";
import { sessionQuery } from "./queries.js";

/** What went wrong on the way back from the issuer. */
const problems: Readonly<Record<string, string>> = {
  unavailable: "The sign-in service does not answer. Try again, or use a token.",
  refused: "The sign-in service did not sign you in. Try again, or ask whoever runs the hub.",
};

/** Asks who somebody is, in the place of the page that they came for. */
export function SignIn() {
  useTitle("Sign in");
  const [token, setToken] = useState("");
  const session = useQuery(sessionQuery);
  const signIn = useSignIn();
  const problem = problems[new URLSearchParams(location.search).get("problem") ?? ""];
  const hasIssuer = session.data?.ways.includes("issuer") === true;
  const cameFor = `${location.pathname}${location.search}`;
  return (
    <div className="mx-auto mt-8 grid max-w-md gap-4">
      <h1 className="text-2xl font-semibold tracking-tight">Sign in to MCP Hub</h1>
      {problem !== undefined && (
        <p role="alert" className="rounded-xl bg-warn-soft p-3 text-sm text-warn">
          {problem}
        </p>
      )}
      {signIn.error !== null && <Problem error={signIn.error} />}
      {hasIssuer && (
        <Panel>
          {/* Leaves the page: the hub sends the browser on to the issuer, and back here. */}
          <a
            className={buttonClass("solid", "w-full")}
            href={`/session/issuer?to=${encodeURIComponent(cameFor)}`}
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
