// Beside it: what docs/deploy/install.md has an application write.
import documented from "./documented.mjs";

/** The types are checked beside the build. */
export default { ...documented, typescript: { ignoreBuildErrors: true } };
