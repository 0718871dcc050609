/** Loads an optional package. @throws TypeError that says how to install it, when it is not there. */
export async function loadSdk<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const isMissing =
      error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing || !error.message.includes(name)) throw error;
    throw new TypeError(`${name} is not installed; to connect, run: npm install ${name}`, {
      cause: error,
    });
  }
}
