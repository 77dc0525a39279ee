import { type ComponentType, type LazyExoticComponent, useEffect, useState } from "react";
import { CalendarTab } from "../calendar/calendar-tab.tsx";
import { isReturn } from "../calendar/connection/return-address.ts";
import { ShownTabs, useSurroundings } from "../context.ts";
import { useNotices } from "../notices/use-notices.ts";
import type { SettingsProps } from "../settings-props.ts";
import { SettingsRoot } from "../settings-root.tsx";
import { lazyPart, Part } from "../ui/part.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { type SettingsTab, TABS } from "./settings-tab.ts";

const OTHERS: Readonly<Record<Exclude<SettingsTab, "calendar">, LazyExoticComponent<ComponentType>>> = {
  general: lazyPart(() => import("./general-tab.tsx")),
  webhooks: lazyPart(() => import("../webhooks/webhooks-tab.tsx")),
  notifications: lazyPart(() => import("./notifications-tab.tsx")),
  api_keys: lazyPart(() => import("../keys/keys-tab.tsx")),
};

export interface SettingsTabsProps extends SettingsProps {
  /** Tabs that the host has of its own. Where one is left, it is shown without a list of tabs. */
  readonly hide?: readonly SettingsTab[];
}

/** Everything that a user can set, in tabs. */
export function SettingsTabs({ hide = [], ...props }: SettingsTabsProps) {
  const [only, ...more] = TABS.filter((name) => !hide.includes(name));
  return (
    <SettingsRoot {...props}>
      {only === undefined
        ? null
        : more.length === 0
        ? <Panel name={only} />
        : <ListOfTabs shown={[only, ...more]} />}
    </SettingsRoot>
  );
}

function ListOfTabs({ shown }: { readonly shown: readonly [SettingsTab, ...SettingsTab[]] }) {
  const { strings } = useSurroundings();
  const [hash, setHash] = useState(() => isReturn(location.search) ? "" : location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const fallback = shown.includes("calendar") ? "calendar" : shown[0];
  const open = shown.find((name) => hash === `#${name}`) ?? fallback;
  return (
    <Tabs
      className="ec-settings"
      label={strings.tabs.name}
      tabs={shown.map((name) =>
        name === "calendar"
          ? {
            name,
            className: "ec-tab-counted",
            label: (
              <>
                {strings.tabs[name]}
                <Unread />
              </>
            ),
          }
          : { name, label: strings.tabs[name] }
      )}
      open={open}
      onOpen={(next) => {
        history.replaceState(history.state, "", `#${next}`);
        setHash(`#${next}`);
      }}
    >
      <ShownTabs.Provider value={shown}>
        <Panel name={open} />
      </ShownTabs.Provider>
    </Tabs>
  );
}

function Panel({ name }: { readonly name: SettingsTab }) {
  const { strings } = useSurroundings();
  if (name === "calendar") return <CalendarTab />;
  const Other = OTHERS[name];
  return (
    <Part fallback={<p role="status" className="ec-muted">{strings.loading_part}</p>}>
      <Other />
    </Part>
  );
}

/** How many notices nobody has dismissed. */
function Unread() {
  const { strings } = useSurroundings();
  const unread = useNotices().data?.unread ?? 0;
  if (unread === 0) return null;
  return (
    <span className="ec-count">
      <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
      <span className="ec-visually-hidden">{strings.notices.unread(unread)}</span>
    </span>
  );
}
