// `hub-register` with the stdio server of this folder, registered at the hub of a scene.
const here = (path) => new URL(path, import.meta.url).pathname;

/** Resolves when it is up: its id, its path at the hub, and its process. */
export async function startWrapped(stage, label, { env = {}, flags = [] } = {}) {
  const name = stage.name(label);
  const args = [
    here("../../packages/register/bin/hub-register.js"),
    ...["--name", name, "--hub", stage.hub.url],
    ...flags,
    ...["--", process.execPath, here("stdio-server.mjs")],
  ];
  const id = name.replaceAll(" ", "-");
  // It gives its lease back when it ends, which comes first.
  stage.onClose(() => stage.forget(id));
  const child = stage.spawn(args, { LOG_LEVEL: "silent", ...env });
  await stage.untilUp(id);
  return { id, path: `/servers/${id}/mcp`, child };
}
