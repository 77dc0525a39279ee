/** The types are checked beside the build. */
export default { typescript: { ignoreBuildErrors: true } };
