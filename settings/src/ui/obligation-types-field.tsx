import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useMoreApi } from "../api/more.ts";
import { useLateStrings } from "../use-late-strings.ts";

/** Which types of obligations a calendar or a calendar link shows. */
export function ObligationTypesField({ types, className = "ec-field", onChange }: {
  /** Null: all. */
  readonly types: readonly string[] | null;
  readonly className?: string;
  readonly onChange: (types: string[] | null) => void;
}) {
  const api = useMoreApi();
  const { feeds } = useLateStrings();
  const name = useId();
  const known = useQuery({
    queryKey: ["obligation_types"],
    queryFn: api.obligationTypes,
    refetchOnWindowFocus: false,
  });
  const offered = [...new Set([...known.data ?? [], ...types ?? []])].sort();
  return (
    <fieldset className={className}>
      <legend>{feeds.types}</legend>
      <label className="ec-choice">
        <input type="radio" name={name} checked={types === null} onChange={() => onChange(null)} />
        {feeds.all_types}
      </label>
      {offered.length === 0 ? null : (
        <label className="ec-choice">
          <input type="radio" name={name} checked={types !== null} onChange={() => onChange([...offered])} />
          {feeds.these_types}
        </label>
      )}
      {types === null ? null : (
        <div className="ec-row ec-wrap ec-types">
          {offered.map((type) => (
            <label key={type} className="ec-choice">
              <input
                type="checkbox"
                checked={types.includes(type)}
                onChange={({ target }) =>
                  onChange(target.checked ? [...types, type] : types.filter((other) => other !== type))}
              />
              {type}
            </label>
          ))}
        </div>
      )}
      {types?.length === 0 ? <p role="alert" className="ec-small ec-refused">{feeds.types_missing}</p> : null}
    </fieldset>
  );
}
