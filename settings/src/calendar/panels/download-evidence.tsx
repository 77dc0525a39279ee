import { useMutation } from "@tanstack/react-query";
import { useMoreApi } from "../../api/more.ts";
import { Button } from "../../ui/button.tsx";
import { useLateStrings } from "../../use-late-strings.ts";
import { useErrorToast } from "../use-error-toast.ts";

/** Without it, Excel takes UTF-8 for something else. */
const BYTE_ORDER_MARK = "\uFEFF";

/** Gives a user the file that tells from when to when an obligation was in which calendar, as which deadline. */
export function DownloadEvidence({ obligation_id }: { readonly obligation_id: string }) {
  const api = useMoreApi();
  const words = useLateStrings().evidence;
  const onError = useErrorToast();
  const download = useMutation({ mutationFn: () => api.evidence(obligation_id) });
  return (
    <Button
      look="quiet"
      isWorking={download.isPending}
      onClick={() =>
        download.mutate(undefined, {
          onError,
          onSuccess: (csv) => save(`${words.file_name}-${obligation_id}.csv`, BYTE_ORDER_MARK + csv),
        })}
    >
      {words.download}
    </Button>
  );
}

/** Lets the browser save a file as if it had come from a link. */
function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Not before the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
