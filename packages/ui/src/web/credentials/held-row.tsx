import type { CredentialView } from "@hub/api";
import { useState } from "react";
import { Button } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";
import { Badge, Problem } from "../parts/panels.js";
import { CredentialForm } from "./credential-form.js";
import { useRemoveCredential } from "./queries.js";

const states = {
  sent: { word: "sent", tone: "good" },
  moved: { word: "not sent: the server moved", tone: "warn" },
  unreadable: { word: "not sent: sealed with another key", tone: "bad" },
  "no-token": { word: "not sent: the issuer gives no token", tone: "bad" },
} as const;

/** A credential that the hub holds: who set it when, and how it stands. Its value is nowhere. */
export function HeldRow({
  id,
  origins,
  credential,
}: {
  readonly id: string;
  readonly origins: readonly string[];
  readonly credential: CredentialView;
}) {
  const [doing, setDoing] = useState<"replace" | "remove">();
  const done = () => setDoing(undefined);
  const { name, kind, setAt, setBy, tokenEndpoint, state } = credential;
  const { word, tone } = states[state];
  return (
    <li
      data-credential={name}
      className="flex flex-wrap items-start justify-between gap-3 border-b border-line py-3 first:pt-0 last:border-0"
    >
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <code className="min-w-0 font-medium break-words">{name}</code>
          <Badge tone={tone}>{word}</Badge>
        </p>
        <p className="mt-1 text-sm">
          Set by {setBy} on{" "}
          <time dateTime={setAt}>
            {new Date(setAt).toLocaleDateString(undefined, { dateStyle: "long" })}
          </time>
        </p>
        <p className="text-xs break-words text-soft">
          {kind === "oauth-client" ? `OAuth client, tokens from ${tokenEndpoint}` : "A header"}, for{" "}
          {credential.origins.join(", ")}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button aria-label={`Replace ${name}`} onClick={() => setDoing("replace")}>
          Replace
        </Button>
        <Button look="danger" aria-label={`Remove ${name}`} onClick={() => setDoing("remove")}>
          Remove
        </Button>
      </div>
      {doing === "replace" && (
        <Modal title={`Replace ${name}`} onClose={done} isWide>
          <CredentialForm
            id={id}
            origins={origins}
            replaced={credential}
            onSet={done}
            onCancel={done}
          />
        </Modal>
      )}
      {doing === "remove" && <RemoveDialog id={id} name={name} onClose={done} />}
    </li>
  );
}

function RemoveDialog({
  id,
  name,
  onClose,
}: {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const remove = useRemoveCredential(id);
  return (
    <Modal title={`Remove ${name}?`} onClose={onClose}>
      <p className="text-sm">
        The hub forgets the value and asks the server without it. Nobody can bring it back from
        here.
      </p>
      {remove.error !== null && (
        <div className="mt-4">
          <Problem error={remove.error} />
        </div>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button
          look="danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate(name, { onSuccess: onClose })}
        >
          {remove.isPending ? "Removing…" : "Remove it"}
        </Button>
      </div>
    </Modal>
  );
}
