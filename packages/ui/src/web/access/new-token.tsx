import type { MadeTokenView, WhoAmI } from "@hub/api";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { fieldProblems } from "../api/problem.js";
import { Button, inputClass } from "../parts/controls.js";
import { Choice, Field, problemsAt } from "../parts/field.js";
import { Modal } from "../parts/modal.js";
import { Code, Problem } from "../parts/panels.js";
import { useCreateToken } from "./changes.js";
import { holdPage } from "./held.js";

type Action = WhoAmI["grants"][number]["action"];

const dayMs = 86_400_000;

const listOf = (text: string): readonly string[] | undefined => {
  const items = text
    .split(/[\s,]+/)
    .map((item) => item.trim())
    .filter((item) => item !== "");
  return items.length === 0 ? undefined : items;
};

/** Makes a token, and shows it this once. */
export function NewToken({
  isFirst,
  onClose,
}: {
  readonly isFirst: boolean;
  readonly onClose: () => void;
}) {
  const queries = useQueryClient();
  useEffect(holdPage, []);
  const [name, setName] = useState("");
  const [action, setAction] = useState<Action>(isFirst ? "admin" : "call");
  const [servers, setServers] = useState("");
  const [tags, setTags] = useState("");
  const [tools, setTools] = useState("");
  const [days, setDays] = useState("");
  const create = useCreateToken();
  const problems = fieldProblems(create.error);
  if (create.data !== undefined)
    return (
      <Made
        token={create.data}
        onClose={() => {
          onClose();
          // The first token closes the hub, also for this browser.
          void queries.resetQueries();
        }}
      />
    );
  const submit = () => {
    const expiresAt = /^\d{1,5}$/.test(days.trim())
      ? new Date(Date.now() + Number(days) * dayMs).toISOString()
      : undefined;
    const [named, tagged, tooled] = [listOf(servers), listOf(tags), listOf(tools)];
    create.mutate({
      name,
      grants: [
        {
          action,
          ...(named === undefined ? {} : { servers: named }),
          ...(tagged === undefined ? {} : { tags: tagged }),
          ...(tooled === undefined || action !== "call" ? {} : { tools: tooled }),
        },
      ],
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
  };
  return (
    <Modal title={isFirst ? "The first token, for an admin" : "New token"} onClose={onClose} isWide>
      <form
        aria-label="New token"
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {isFirst && (
          <p className="rounded-xl bg-warn-soft p-3 text-sm text-warn">
            With this token, the hub closes: whoever sends no token is refused from then on. Keep
            it: you sign in with it.
          </p>
        )}
        {create.error !== null && <Problem error={create.error} />}
        <Field label="Name" hint="Whom it is for." problem={problemsAt(problems, "/name")}>
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              value={name}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {!isFirst && (
          <>
            <Choice
              legend="It may"
              value={action}
              onChange={setAction}
              options={[
                { value: "call", label: "Call", about: "see servers and use their tools" },
                { value: "register", label: "Register", about: "put servers into the hub" },
                { value: "read", label: "See", about: "see the catalogue, and call nothing" },
                { value: "admin", label: "Administer", about: "everything" },
              ]}
            />
            <Field
              label="Servers"
              hint="Ids or patterns such as payments-*, separated by commas. Empty: all."
              problem={problemsAt(problems, "/grants/0/servers")}
            >
              {(ids) => (
                <input
                  {...ids}
                  className={`${inputClass} font-mono`}
                  value={servers}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) => setServers(event.target.value)}
                />
              )}
            </Field>
            <Field
              label="Tags"
              hint="Only servers with one of these tags. Empty: any."
              problem={problemsAt(problems, "/grants/0/tags")}
            >
              {(ids) => (
                <input
                  {...ids}
                  className={inputClass}
                  value={tags}
                  autoComplete="off"
                  onChange={(event) => setTags(event.target.value)}
                />
              )}
            </Field>
            {action === "call" && (
              <Field
                label="Tools"
                hint="Only these tools, and no prompt or resource. Patterns such as list_*. Empty: all."
                problem={problemsAt(problems, "/grants/0/tools")}
              >
                {(ids) => (
                  <input
                    {...ids}
                    className={`${inputClass} font-mono`}
                    value={tools}
                    autoComplete="off"
                    spellCheck={false}
                    onChange={(event) => setTools(event.target.value)}
                  />
                )}
              </Field>
            )}
            <Field
              label="Days"
              hint="After how many days it ends. Empty: never."
              problem={problemsAt(problems, "/expiresAt")}
            >
              {(ids) => (
                <input
                  {...ids}
                  className={inputClass}
                  inputMode="numeric"
                  value={days}
                  onChange={(event) => setDays(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        {/* In sight however low the window is. */}
        <div className="sticky -bottom-5 -mx-5 -mb-5 flex justify-end gap-2 border-t border-line bg-surface px-5 py-3">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="solid" disabled={create.isPending}>
            Create token
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Made({ token, onClose }: { readonly token: MadeTokenView; readonly onClose: () => void }) {
  return (
    <Modal title={`Token for ${token.name}`} onClose={onClose} closesOutside={false}>
      <p className="mb-3 text-sm">
        Copy it now. The hub keeps only its hash and never shows it again.
      </p>
      <Code text={token.token} what="token" wraps />
      {token.notice !== undefined && (
        <p className="mt-3 rounded-xl bg-warn-soft p-3 text-sm text-warn">{token.notice}</p>
      )}
      <div className="mt-5 flex justify-end">
        <Button look="solid" onClick={onClose}>
          I have it
        </Button>
      </div>
    </Modal>
  );
}
