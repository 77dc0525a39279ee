import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { useMoreApi } from "../api/more.ts";
import type { MailMode, NoticeKind, Notifications } from "../api/types.ts";
import { useErrorToast } from "../calendar/use-error-toast.ts";
import { useSurroundings } from "../context.ts";
import { Notice } from "../ui/notice.tsx";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { useToast } from "../ui/toasts.tsx";
import { useLateStrings } from "../use-late-strings.ts";
import { TabHead } from "./tab-head.tsx";

const KEY = ["notifications"];
/** What a stranger in the user's account would do. */
const ALWAYS: readonly NoticeKind[] = ["connection_added", "key_added", "webhook_added"];
const ORDER: readonly NoticeKind[] = [
  "connection_lost",
  "connection_paused",
  "deadline_failed",
  "deadline_restored",
  "deadline_hidden",
  "proposal_opened",
  "webhook_disabled",
  ...ALWAYS,
];

/** What a user is told by mail, and when. */
export default function NotificationsTab() {
  const { strings } = useSurroundings();
  const api = useMoreApi();
  const { notifications: words } = useLateStrings();
  const known = useQuery({
    queryKey: KEY,
    queryFn: api.notifications,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <>
      <TabHead heading={words.heading} introduction={words.introduction} />
      {known.data !== undefined
        ? <Choices known={known.data} />
        : known.isError
        ? <NotLoaded words={words.failed} error={known.error} onRepeat={() => void known.refetch()} />
        : <p role="status" className="ec-muted">{strings.loading_part}</p>}
    </>
  );
}

function Choices({ known }: { readonly known: Notifications }) {
  const { notifications: words } = useLateStrings();
  const { email, kinds, suppressed } = known;
  const change = useChange();
  return (
    <>
      {suppressed ? <Notice tone="warning">{words.suppressed}</Notice> : null}
      <p>{email === null ? words.no_address : words.address(email)}</p>
      <ul className="ec-rows">
        {ORDER.map((kind) => (
          <Choice
            key={kind}
            kind={kind}
            mode={kinds[kind]}
            onChange={(mode) => change(kind, mode, kinds[kind])}
          />
        ))}
      </ul>
    </>
  );
}

function Choice({ kind, mode, onChange }: {
  readonly kind: NoticeKind;
  readonly mode: MailMode;
  readonly onChange: (mode: MailMode) => void;
}) {
  const { notifications: words } = useLateStrings();
  const id = useId();
  const is_always = ALWAYS.includes(kind);
  const offered = is_always ? ["immediately", "daily"] as const : ["immediately", "daily", "off"] as const;
  return (
    <li className="ec-row-item">
      <div>
        <label htmlFor={id}>{words.kinds[kind]}</label>
        {is_always ? <p id={`${id}-hint`} className="ec-small ec-muted">{words.always}</p> : null}
      </div>
      <select
        id={id}
        className="ec-input"
        aria-describedby={is_always ? `${id}-hint` : undefined}
        value={mode}
        onChange={({ target }) => {
          const chosen = offered.find((one) => one === target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {offered.map((one) => <option key={one} value={one}>{words.modes[one]}</option>)}
      </select>
    </li>
  );
}

/** Changes one kind, shows it at once as it will be, and offers to take the change back. */
function useChange() {
  const { strings } = useSurroundings();
  const api = useMoreApi();
  const { notifications: words } = useLateStrings();
  const queries = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  const show = (kind: NoticeKind, mode: MailMode) =>
    queries.setQueryData<Notifications>(
      KEY,
      (shown) => shown && { ...shown, kinds: { ...shown.kinds, [kind]: mode } },
    );
  const { mutate } = useMutation({
    mutationFn: ({ kind, mode }: Change) => api.changeNotifications({ [kind]: mode }),
    onMutate: ({ kind, mode }) => show(kind, mode),
    // Another change may be under way: of this answer only this kind counts.
    onSuccess: ({ kinds }, { kind }) => show(kind, kinds[kind]),
    onError: (error, { kind, before }) => {
      show(kind, before);
      onError(error);
    },
  });
  return (kind: NoticeKind, mode: MailMode, before: MailMode) =>
    mutate({ kind, mode, before }, {
      onSuccess: () =>
        toast({
          words: words.changed(words.kinds[kind], words.modes[mode]),
          action: { label: strings.undo, run: () => mutate({ kind, mode: before, before: mode }) },
        }),
    });
}

interface Change {
  readonly kind: NoticeKind;
  readonly mode: MailMode;
  readonly before: MailMode;
}
