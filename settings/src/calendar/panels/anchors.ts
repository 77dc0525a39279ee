/** Where *See why* leads. */
export const PROBLEMS_HEADING_ID = "ec-problems";
