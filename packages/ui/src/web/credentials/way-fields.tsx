import type { FieldProblem } from "../api/problem.js";
import { Choice, problemsAt } from "../parts/field.js";
import type { CredentialDraft } from "./draft.js";
import { TextInput } from "./text-input.js";

type FieldsProps = {
  readonly draft: CredentialDraft;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (change: Partial<CredentialDraft>) => void;
};

/** What has to be said for the chosen way. */
export function WayFields(props: FieldsProps) {
  return props.draft.way === "oauth-client" ? (
    <ClientFields {...props} />
  ) : (
    <HeaderFields {...props} />
  );
}

function HeaderFields({ draft, problems, onChange }: FieldsProps) {
  const isToken = draft.way === "token";
  return (
    <>
      {!isToken && (
        <TextInput
          label="Header"
          hint="Its name, such as X-Api-Key."
          problem={problemsAt(problems, "/name")}
          value={draft.name}
          onChange={(name) => onChange({ name })}
        />
      )}
      <TextInput
        label={isToken ? "Token" : "Value"}
        hint={
          isToken
            ? "Sent as Authorization: Bearer. Nobody can read it here again."
            : "The whole value. Nobody can read it here again."
        }
        problem={problemsAt(problems, "/value")}
        value={draft.secret}
        isSecret
        onChange={(secret) => onChange({ secret })}
      />
    </>
  );
}

function ClientFields({ draft, problems, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        label="Token endpoint"
        hint="Where the issuer gives out tokens: https://…"
        problem={problemsAt(problems, "/tokenEndpoint")}
        value={draft.tokenEndpoint}
        onChange={(tokenEndpoint) => onChange({ tokenEndpoint })}
      />
      <TextInput
        label="Client id"
        hint="As the issuer knows the hub, for the grant client_credentials."
        problem={problemsAt(problems, "/clientId")}
        value={draft.clientId}
        onChange={(clientId) => onChange({ clientId })}
      />
      <TextInput
        label="Client secret"
        hint="Nobody can read it here again."
        problem={problemsAt(problems, "/clientSecret")}
        value={draft.secret}
        isSecret
        onChange={(secret) => onChange({ secret })}
      />
      <TextInput
        label="Scope"
        hint="With spaces between them. Empty: what the issuer gives by itself."
        problem={problemsAt(problems, "/scope")}
        value={draft.scope}
        onChange={(scope) => onChange({ scope })}
      />
      <TextInput
        label="Resource"
        hint="Whom the token is for. Empty: the endpoint of the server."
        problem={problemsAt(problems, "/resource")}
        value={draft.resource}
        onChange={(resource) => onChange({ resource })}
      />
      <Choice
        legend="The hub shows who it is"
        value={draft.authentication}
        onChange={(authentication) => onChange({ authentication })}
        options={[
          { value: "basic", label: "With HTTP Basic", about: "what most issuers want" },
          { value: "post", label: "In the form", about: "client_secret_post" },
        ]}
      />
    </>
  );
}
