import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { fieldProblems, shownError } from "../api/problem.js";
import { Button, inputClass } from "../parts/controls.js";
import { Field, FieldError, problemsAt } from "../parts/field.js";
import { useDebounced } from "../parts/use-debounced.js";
import { HeaderFields } from "./header-fields.js";
import { lookAt, type Outcome, useAdd } from "./queries.js";
import { typedEndpoint } from "./typed-url.js";
import { UrlVerdict } from "./url-verdict.js";

/** A server by its address. The hub looks at it while somebody types, and suggests its name. */
export function ByUrl() {
  const [typed, setTyped] = useState("");
  /** Undefined: the name that the server gives itself. */
  const [ownName, setOwnName] = useState<string>();
  const [header, setHeader] = useState({ name: "Authorization", value: "" });
  const navigate = useNavigate();
  const add = useAdd();
  const endpoint = typedEndpoint(typed);
  const settled = useDebounced(endpoint ?? "");
  const look = useQuery(lookAt(settled === "" ? undefined : settled));
  const isSettled = settled === (endpoint ?? "");
  const verdict = isSettled && endpoint !== undefined ? look.data : undefined;
  const name = ownName ?? verdict?.answered?.serverName ?? "";
  const needsToken = verdict?.answered?.needsToken === true;
  const isReady = endpoint !== undefined && name.trim() !== "" && !add.isPending;
  const refused = refusalIn(add.data);
  const problems = refused === undefined ? [] : fieldProblems(refused);

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    const { transport = "streamable-http" } = verdict?.answered ?? {};
    const registration = { name: name.trim(), transport, endpoint };
    const [outcome] = await add.mutateAsync([
      { registration, headers: header.value === "" ? [] : [header] },
    ]);
    if (outcome !== undefined && outcome.kind !== "refused")
      void navigate({ to: "/ui/servers/$id", params: { id: outcome.id } });
  };
  return (
    <form
      noValidate
      className="grid max-w-3xl grid-cols-1 gap-4"
      onSubmit={(event) => void submit(event)}
    >
      <Field
        label="URL of the server"
        hint="Where it answers MCP, as http://localhost:8002/mcp. The hub looks at it while you type."
        problem={problemsAt(problems, "/endpoint")}
      >
        {(ids) => (
          <input
            {...ids}
            // biome-ignore lint/a11y/noAutofocus: it is what one came for
            autoFocus
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder="http://localhost:8002/mcp"
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              add.reset();
            }}
            className={`${inputClass} font-mono`}
          />
        )}
      </Field>
      <UrlVerdict
        diagnosis={verdict}
        error={isSettled ? look.error : null}
        isLooking={endpoint !== undefined && (!isSettled || look.isFetching)}
        onUse={setTyped}
      />
      {needsToken && <HeaderFields header={header} onChange={setHeader} />}
      <Field
        label="Name"
        hint={
          ownName === undefined && name !== ""
            ? "The name that it gives itself."
            : "What people and agents see."
        }
        problem={problemsAt(problems, "/name")}
      >
        {(ids) => (
          <input
            {...ids}
            autoComplete="off"
            value={name}
            onChange={(event) => setOwnName(event.target.value)}
            className={inputClass}
          />
        )}
      </Field>
      {refused !== undefined && <FieldError text={shownError(refused).detail} />}
      {add.error !== null && <FieldError text={shownError(add.error).detail} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="solid" disabled={!isReady}>
          <Plus className="size-4" aria-hidden="true" />
          {add.isPending ? "Adding…" : "Add server"}
        </Button>
        <p className="min-w-0 flex-1 text-sm text-soft">
          The hub's own probe keeps it listed. Nothing is installed, and the server does not notice.
        </p>
      </div>
    </form>
  );
}

function refusalIn(outcomes: readonly Outcome[] | undefined): unknown {
  const [outcome] = outcomes ?? [];
  return outcome?.kind === "refused" ? outcome.error : undefined;
}
