// Made from package.json by npm run generate. Change that, not this.

/** The version of EcoComply calendar that these functions are of. */
export const VERSION = "0.1.0";
