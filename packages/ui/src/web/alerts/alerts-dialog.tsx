import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { serversQuery } from "../api/queries.js";
import { Modal } from "../parts/modal.js";
import { choicesOf } from "../servers/search.js";
import { type Choices, choices } from "./choices.js";
import { playTone } from "./sound.js";

const boxClass = "mt-0.5 size-4 shrink-0 accent-accent-solid";

const without = (all: readonly string[], one: string) => all.filter((other) => other !== one);

/** What this browser does when a server comes into trouble, and of which servers it tells. */
export function AlertsDialog({ onClose }: { readonly onClose: () => void }) {
  const chosen = choices.use();
  const [problem, setProblem] = useState<string>();
  const servers = useQuery(serversQuery).data?.servers ?? [];
  const tags = choicesOf(servers, (server) => server.tags);
  const change = (next: Partial<Choices>) => choices.set({ ...chosen, ...next });
  const allow = async (notifies: boolean) => {
    setProblem(undefined);
    if (!notifies) return change({ notifies });
    if (!("Notification" in globalThis) || !isSecureContext)
      return setProblem("This browser shows notifications only for pages over https or localhost.");
    if ((await Notification.requestPermission()) === "granted") return change({ notifies });
    setProblem("The browser does not allow it. Its settings for this page have the last word.");
  };
  const scopes = [
    ["Tags", "tags", tags.map(({ value }) => [value, `#${value}`] as const)],
    ["Servers", "servers", servers.map(({ id, title, name }) => [id, title ?? name] as const)],
  ] as const;
  return (
    <Modal title="Notifications" onClose={onClose}>
      <p className="text-soft">
        When a server goes down, cannot be reached or needs a token, and when it is up again. For
        this browser, while a tab with the hub is open.
      </p>
      <div className="mt-3 grid gap-2">
        <label className="flex gap-2 font-medium">
          <input
            type="checkbox"
            className={boxClass}
            checked={chosen.notifies}
            onChange={(event) => void allow(event.target.checked)}
          />
          Show a notification
        </label>
        <label className="flex gap-2 font-medium">
          <input
            type="checkbox"
            className={boxClass}
            checked={chosen.sounds}
            onChange={({ target: { checked } }) => {
              change({ sounds: checked });
              if (checked) playTone(false);
            }}
          />
          Play a sound
        </label>
      </div>
      {problem !== undefined && (
        <p role="alert" className="mt-2 text-bad">
          {problem}
        </p>
      )}
      <h3 className="mt-5 text-base font-semibold">Of which servers</h3>
      <p className="text-soft">Of all, unless you choose some.</p>
      {scopes.map(
        ([legend, kind, options]) =>
          options.length > 0 && (
            <fieldset key={kind} className="mt-3">
              <legend className="font-medium">{legend}</legend>
              <div className="mt-1 grid gap-1 sm:grid-cols-2">
                {options.map(([value, name]) => (
                  <label key={value} className="flex min-w-0 gap-2">
                    <input
                      type="checkbox"
                      className={boxClass}
                      checked={chosen[kind].includes(value)}
                      onChange={({ target: { checked } }) =>
                        change({
                          [kind]: [...without(chosen[kind], value), ...(checked ? [value] : [])],
                        })
                      }
                    />
                    <span className="min-w-0 break-words">{name}</span>
                  </label>
                ))}
              </div>
            </fieldset>
          ),
      )}
    </Modal>
  );
}
