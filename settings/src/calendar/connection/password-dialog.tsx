import { useQuery } from "@tanstack/react-query";
import { Dialog } from "radix-ui";
import { type FormEvent, useId, useState } from "react";
import { CalendarApiError, codeOf } from "../../api/error.ts";
import { useMoreApi } from "../../api/more.ts";
import { useIntegrationChange } from "../../api/queries.ts";
import type { Calendar, Preset, ProviderName } from "../../api/types.ts";
import { useSurroundings } from "../../context.ts";
import { Button } from "../../ui/button.tsx";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useToast } from "../../ui/toasts.tsx";
import { useReturnFocus } from "../../ui/use-return-focus.ts";
import { wordsOf } from "../../ui/words-of.ts";
import { useLateStrings } from "../../use-late-strings.ts";
import { type CardName, cardOf } from "../providers.tsx";
import type { PasswordRequest } from "./password-request.ts";

/** Asks for a server, a user name and a password, and connects the account. */
export default function PasswordDialog(
  { request, onClose }: { readonly request: PasswordRequest; readonly onClose: () => void },
) {
  const { strings: { connect, providers, states }, locale, dir } = useSurroundings();
  const { opens } = useLateStrings().password;
  const returnFocus = useReturnFocus();
  return (
    <Dialog.Root
      open
      onOpenChange={(is_open) => {
        if (!is_open) onClose();
      }}
    >
      <Dialog.Portal>
        <div className="ec-root ec-layer" lang={locale} dir={dir}>
          <Dialog.Overlay className="ec-overlay" />
          <Dialog.Content className="ec-dialog" onCloseAutoFocus={returnFocus}>
            <Dialog.Title className="ec-dialog-title">
              {request.account_email
                ? states.reconnect_needed.action
                : connect.action(providers[cardFor(request.provider, request.server ?? "")].one)}
            </Dialog.Title>
            <Dialog.Description className="ec-small ec-muted">{opens}</Dialog.Description>
            <PasswordForm request={request} onClose={onClose} />
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PasswordForm(
  { request, onClose }: { readonly request: PasswordRequest; readonly onClose: () => void },
) {
  const { strings } = useSurroundings();
  const api = useMoreApi();
  const late = useLateStrings();
  const words = late.password;
  const { provider, access } = request;
  const presets = useQuery({
    queryKey: ["presets", provider],
    queryFn: () => api.presets(provider),
    staleTime: Infinity,
    retry: false,
  });
  const connect = useIntegrationChange(api.connect);
  const toast = useToast();
  const [service, setService] = useState<string | null>(null);
  const [address, setAddress] = useState(request.server ?? "");
  const [username, setUsername] = useState(request.account_email ?? "");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [calendars, setCalendars] = useState<readonly Calendar[]>([]);
  const [calendar_id, setCalendarId] = useState("");
  const preset = presetOf(presets.data ?? [], service, request.server ?? "");
  const server_url = preset?.server_url || address.trim();
  const errors: Readonly<Record<string, string>> = { ...late.errors, ...words.errors };
  /** What was said of the account before does not hold for another one, and its calendars are not there. */
  const changeAccount = (change: () => void) => {
    change();
    setProblem(null);
    setCalendars([]);
    setCalendarId("");
  };

  const fail = (error: Error) => {
    const code = codeOf(error);
    if (code !== "calendar_needed") return setProblem(errors[code] ?? late.errors.other);
    const offered = (error instanceof CalendarApiError ? error.calendars : []).filter(({ writable }) =>
      writable
    );
    setCalendars(offered);
    setCalendarId(offered[0]?.id ?? "");
    setProblem(offered.length === 0 ? words.no_calendar : late.errors.calendar_needed);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (connect.isPending) return;
    if (server_url === "" || username === "" || password === "") return setProblem(words.incomplete);
    setProblem(null);
    connect.mutate({
      provider,
      access,
      server_url: /^\w+:\/\//.test(server_url) ? server_url : `https://${server_url}`,
      username,
      password,
      ...(calendar_id === "" ? {} : { calendar_id }),
    }, {
      onError: fail,
      onSuccess: () => {
        const card = cardFor(provider, server_url);
        const name = card === provider ? words.own_calendar : strings.providers[card].name;
        toast({ words: late.returned.connected(name, username) });
        onClose();
      },
    });
  };

  if (presets.isError) {
    return (
      <>
        <NotLoaded
          words={wordsOf(presets.error, late)}
          error={presets.error}
          onRepeat={() => void presets.refetch()}
        />
        <div className="ec-actions ec-dialog-foot">
          <Button onClick={onClose}>{strings.cancel}</Button>
        </div>
      </>
    );
  }
  if (presets.data === undefined) return <p role="status" className="ec-muted">{strings.loading_part}</p>;
  return (
    <form className="ec-form" noValidate onSubmit={submit}>
      <label className="ec-field">
        {words.service}
        <select
          autoFocus
          className="ec-input ec-wide"
          value={preset?.name ?? ""}
          onChange={({ target }) =>
            changeAccount(() => {
              setService(target.value);
              setAddress("");
            })}
        >
          {presets.data.map(({ name }) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      {preset?.server_url ? null : (
        <Field
          label={words.address}
          hint={words.address_hint}
          value={address}
          onChange={(typed) => changeAccount(() => setAddress(typed))}
        />
      )}
      <Field
        label={words.username}
        hint={words.username_hint}
        value={username}
        onChange={(typed) => changeAccount(() => setUsername(typed))}
      />
      <div className="ec-field">
        <Field label={words.password} value={password} onChange={setPassword} type="password" />
        {preset?.help_url
          ? <a className="ec-small" href={preset.help_url} target="_blank" rel="noreferrer">{words.help}</a>
          : null}
      </div>
      {calendars.length === 0 ? null : (
        <label className="ec-field">
          {words.calendar}
          <select
            className="ec-input ec-wide"
            value={calendar_id}
            onChange={({ target }) => setCalendarId(target.value)}
          >
            {calendars.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
          </select>
        </label>
      )}
      {problem === null ? null : <Notice tone="bad" role="alert">{problem}</Notice>}
      <div className="ec-actions ec-dialog-foot">
        <Button onClick={onClose}>{strings.cancel}</Button>
        <Button type="submit" look="primary" isWorking={connect.isPending}>
          {connect.isPending ? words.working : words.action}
        </Button>
      </div>
    </form>
  );
}

/** The service that was chosen; else that of the address to begin with, else the last, which is any other. */
function presetOf(presets: readonly Preset[], service: string | null, server: string): Preset | undefined {
  return presets.find(({ name }) => name === service) ??
    presets.find(({ server_url }) => server !== "" && hostOf(server_url) === hostOf(server)) ??
    presets.at(-1);
}

function cardFor(provider: ProviderName, address: string): CardName {
  return cardOf({ provider, server: hostOf(address) });
}

function hostOf(address: string): string {
  const url = /^\w+:\/\//.test(address) ? address : `https://${address}`;
  return URL.canParse(url) ? new URL(url).hostname : "";
}

function Field({ label, hint, value, onChange, type = "text" }: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "password";
}) {
  const id = useId();
  return (
    <div className="ec-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="ec-input ec-wide"
        type={type}
        value={value}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ target }) => onChange(target.value)}
      />
      {hint === undefined ? null : <p id={`${id}-hint`} className="ec-small ec-muted">{hint}</p>}
    </div>
  );
}
