import { referenceOf } from "../api/error.ts";
import { useSurroundings } from "../context.ts";

/** What somebody who reports an error should quote: the operator finds the call by it. */
export function Reference({ error }: { readonly error: unknown }) {
  const { strings } = useSurroundings();
  const reference = referenceOf(error);
  return reference === null ? null : <small className="ec-reference">{strings.reference(reference)}</small>;
}
