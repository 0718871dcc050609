import type { CredentialView } from "@hub/api";
import { useState } from "react";
import { fieldProblems } from "../api/problem.js";
import { Button } from "../parts/controls.js";
import { Choice } from "../parts/field.js";
import { Problem } from "../parts/panels.js";
import { credentialOf, draftFor, emptyDraft, type Way } from "./draft.js";
import { useSetCredential } from "./queries.js";
import { WayFields } from "./way-fields.js";

const ways: readonly { readonly value: Way; readonly label: string; readonly about: string }[] = [
  { value: "token", label: "A token", about: "Authorization: Bearer" },
  { value: "header", label: "Another header", about: "such as X-Api-Key" },
  { value: "oauth-client", label: "An OAuth client", about: "tokens from an issuer" },
];

/** Gives the hub a credential for a server, or another one in the place of `replaced`. */
export function CredentialForm({
  id,
  origins,
  replaced,
  onSet,
  onCancel,
}: {
  readonly id: string;
  /** Where the server is now: what is given here goes there, and nowhere else. */
  readonly origins: readonly string[];
  readonly replaced?: CredentialView | undefined;
  readonly onSet: () => void;
  /** Default: there is nothing to go back to. */
  readonly onCancel?: (() => void) | undefined;
}) {
  const [draft, setDraft] = useState(replaced === undefined ? emptyDraft : draftFor(replaced));
  const set = useSetCredential(id);
  return (
    <form
      aria-label={replaced === undefined ? "Give a credential" : `Replace ${replaced.name}`}
      noValidate
      className="grid max-w-2xl gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!set.isPending) set.mutate(credentialOf(draft, origins), { onSuccess: onSet });
      }}
    >
      {set.error !== null && <Problem error={set.error} />}
      {replaced === undefined && (
        <Choice
          legend="The server wants"
          value={draft.way}
          options={ways}
          onChange={(way) => setDraft({ ...draft, way })}
        />
      )}
      <WayFields
        draft={draft}
        problems={fieldProblems(set.error)}
        onChange={(change) => setDraft({ ...draft, ...change })}
      />
      <p className="text-xs text-soft">
        The hub keeps it encrypted, and sends it to{" "}
        <code className="break-all">{origins.join(", ")}</code> only.
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        {onCancel !== undefined && <Button onClick={onCancel}>Cancel</Button>}
        <Button type="submit" look="solid" disabled={set.isPending}>
          {set.isPending ? "Keeping it…" : replaced === undefined ? "Give it" : "Replace it"}
        </Button>
      </div>
    </form>
  );
}
