import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { statusOf } from "../api/problem.js";
import { Button } from "../parts/controls.js";
import { Empty, Loading, Panel, Problem } from "../parts/panels.js";
import { CredentialForm } from "./credential-form.js";
import { HeldRow } from "./held-row.js";
import { MovedPanel } from "./moved-panel.js";
import { credentialsQuery } from "./queries.js";

/** What the hub proves itself with to a server: for the server's admins, who can set it and not read it. */
export function CredentialsTab({ id }: { readonly id: string }) {
  const [isAdding, setAdding] = useState(false);
  const { data: list, error, refetch } = useQuery(credentialsQuery(id));
  if (list === undefined) {
    if (statusOf(error) === 403)
      return <Empty title="The credentials of this server are for its admins." />;
    return error === null ? (
      <Loading what="credentials" rows={1} className="h-28" />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  }
  const { credentials, origins, problem } = list;
  const isEmpty = credentials.length === 0;
  return (
    <>
      <MovedPanel id={id} list={list} />
      <Panel
        title="Credentials"
        actions={
          !isEmpty && !isAdding && <Button onClick={() => setAdding(true)}>Give another</Button>
        }
      >
        <p className="mb-4 max-w-[70ch] text-sm text-soft">
          The hub sends these with each of its requests to this server, for all of its callers.
          Nobody can read a value here; it can be replaced or removed.
        </p>
        {problem !== undefined && !credentials.some(({ state }) => state === "moved") && (
          <p role="alert" className="mb-4 rounded-lg bg-warn-soft p-3 text-sm text-warn">
            {problem.cause} {problem.fix}
          </p>
        )}
        {!isEmpty && (
          <ul aria-label="Credentials that the hub holds">
            {credentials.map((credential) => (
              <HeldRow key={credential.name} id={id} origins={origins} credential={credential} />
            ))}
          </ul>
        )}
        {(isEmpty || isAdding) && (
          <CredentialForm
            id={id}
            origins={origins}
            onSet={() => setAdding(false)}
            onCancel={isEmpty ? undefined : () => setAdding(false)}
          />
        )}
      </Panel>
    </>
  );
}
