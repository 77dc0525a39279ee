import { useEffect, useState } from "react";
import type { Integration } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { Button } from "../../ui/button.tsx";
import { takePickerRequest } from "../connection/picker-request.ts";
import { lazyPart, Part } from "../../ui/part.tsx";

const CalendarPicker = lazyPart(() => import("./calendar-picker.tsx"));

/** Which calendar the deadlines are in, and the way to another one. */
export function CalendarRow(
  { integration, name }: { readonly integration: Integration; readonly name: string },
) {
  const { strings } = useSurroundings();
  const [isPicking, setPicking] = useState(false);
  const { id, access } = integration;
  useEffect(() => {
    if (access === "existing" && takePickerRequest(id)) setPicking(true);
  }, [id, access]);
  const can_choose = integration.status === "active" || integration.status === "paused";
  return (
    <div>
      <dt>{strings.integration.calendar}</dt>
      <dd>
        <span>{name}</span>
        {can_choose
          ? (
            <Button look="quiet" className="ec-inline" onClick={() => setPicking(true)}>
              {strings.integration.change_calendar}
            </Button>
          )
          : null}
        {isPicking
          ? (
            <Part>
              <CalendarPicker integration={integration} onClose={() => setPicking(false)} />
            </Part>
          )
          : null}
      </dd>
    </div>
  );
}
