// Written by npm run generate from the Calendar API's schemas.
export interface paths {
  "/admin_consent": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Where an administrator consents for an organisation
     * @description For organisations whose members may not consent themselves.
     */
    get: operations["adminConsent"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/authorize": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Begin to connect an account
     * @description The browser goes to the url, and comes back to redirect_to.
     */
    get: operations["authorize"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The provider's redirect
     * @description Goes on to redirect_to with calendar_connection=<ticket> or calendar_error=<code>; after an administrator's consent with calendar_admin_consent=given.
     */
    get: operations["callback"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/confirm": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Confirm a connection
     * @description Only the user who began it may. The calendar is there and the first sync is queued when this answers.
     */
    post: operations["confirm"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/connect": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Connect an account with a user name and a password
     * @description For providers of credential password. The calendar is there and the first sync is queued when this answers. After as many refused passwords within a minute as a tenth of the calls of a minute, the answer is 429.
     */
    post: operations["connect"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Disconnect an account */
    delete: operations["disconnect"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/providers": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Which calendar providers can be connected here */
    get: operations["listProviders"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/calendars": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The calendars that the grant lets us see
     * @description Where the access covers our own calendar alone: that one.
     */
    get: operations["listCalendars"];
    put?: never;
    /**
     * Choose the calendar of our own
     * @description Made anew where it was deleted; events move there.
     */
    post: operations["chooseOwnCalendar"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's integrations */
    get: operations["status"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change the switch, the calendar or the settings
     * @description What is not given stays. An unknown key is refused, and then nothing changes.
     */
    patch: operations["change"];
    trace?: never;
  };
  "/options": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What settings may be chosen here */
    get: operations["options"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/reapply": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Set the reminders of existing events to those of the settings
     * @description Those that the user changed too; nothing else of an event. Done once, for the events of deadlines that are still to come; in a calendar that does not sync, once it does.
     */
    post: operations["reapply"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/resume": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Agree to the deletions or edits for which a calendar was stopped
     * @description mass_deletion: the events are deleted. mass_edit: each edit is treated separately. Nothing happens to a calendar that was not stopped.
     */
    post: operations["resume"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/sync": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sync now
     * @description Everything is looked at, and what was given up is tried again. A tenth of the calls of a minute may be this one.
     */
    post: operations["sync"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/test_event": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How the test event in a calendar is doing */
    get: operations["testEvent"];
    put?: never;
    /**
     * Write a test event into a calendar
     * @description One event, a few minutes from now, without reminders or guests. It goes after ten minutes, or when the account is disconnected. While one stands, there is no second one.
     */
    post: operations["sendTestEvent"];
    /** Remove the test event now */
    delete: operations["removeTestEvent"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/activity": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was done to the user's calendars and connections */
    get: operations["listActivity"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/evidence": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * From when to when an obligation was in which calendar, as which deadline
     * @description Also of an obligation that is gone, as far back as activity is kept. As CSV (RFC 4180, UTF-8 with a byte order mark) a cell that a spreadsheet would take for a formula begins with an apostrophe.
     */
    get: operations["evidence"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/explain": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Why an obligation is, or is not, in each calendar */
    get: operations["explain"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/obligations": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Find obligations of the user by their title */
    get: operations["findObligations"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/problems": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Obligations that are no longer retried */
    get: operations["listProblems"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Try again at once what failed
     * @description Of a calendar that does not sync nothing is queued: all of it is tried again once it does.
     */
    post: operations["retry"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/proposals/{id}/accept": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Move the deadline to where its event was moved
     * @description The obligation changes with the user's own rights, and then in every calendar.
     */
    post: operations["acceptProposal"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/proposals/{id}/dismiss": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Leave the deadline where it is */
    post: operations["dismissProposal"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/proposals": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Deadlines that the user moved in a calendar */
    get: operations["listProposals"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/proposals/{id}/undo": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Take an acceptance back
     * @description While the deadline is what the acceptance made it. The proposal is open again.
     */
    post: operations["undoProposal"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/notifications": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the user is told by mail */
    get: operations["getNotifications"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change what the user is told by mail
     * @description What is not given stays. connection_added, key_added and webhook_added cannot be switched off.
     */
    patch: operations["changeNotifications"];
    trace?: never;
  };
  "/notices/{id}/dismiss": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Dismiss a notice
     * @description It may be repeated. What is mended dismisses its notice by itself.
     */
    post: operations["dismissNotice"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/notices": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the user has to know */
    get: operations["listNotices"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/notices/{id}/restore": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Take the dismissal of a notice back
     * @description What has been mended meanwhile stays dismissed.
     */
    post: operations["restoreNotice"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/unsubscribe": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Where a mail's address leads a person
     * @description It changes nothing: programs that scan mails open every address in them.
     */
    get: operations["showUnsubscribe"];
    put?: never;
    /**
     * Switch mail off with the address that a mail carries
     * @description What a mail program does with one click (RFC 8058): without a session, for the kinds of that mail alone.
     */
    post: operations["unsubscribe"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/feeds/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** End a feed */
    delete: operations["deleteFeed"];
    options?: never;
    head?: never;
    /**
     * Change a feed's name, settings or end
     * @description What is not given stays. An unknown key is refused, and then nothing changes.
     */
    patch: operations["changeFeed"];
    trace?: never;
  };
  "/feeds": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's iCal feeds */
    get: operations["listFeeds"];
    put?: never;
    /**
     * Make a feed
     * @description The address is shown once. If it is lost, make a new one.
     */
    post: operations["createFeed"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/obligation_types": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The types that the user's obligations have */
    get: operations["listObligationTypes"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/feeds/{id}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give a feed another address
     * @description The old address stops working at once.
     */
    post: operations["rotateFeed"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/preferences": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's time zone and reminder time */
    get: operations["preferences"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change the user's time zone or reminder time
     * @description What is not given stays. An unknown key is refused, and then nothing changes.
     */
    patch: operations["changePreferences"];
    trace?: never;
  };
  "/keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The user's API keys
     * @description Without their secrets. Those that expired are listed for at least 30 days, or until others need their place.
     */
    get: operations["listKeys"];
    put?: never;
    /**
     * Make an API key
     * @description The key is shown once. If it is lost, make a new one.
     */
    post: operations["createKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/keys/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revoke an API key */
    delete: operations["deleteKey"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/keys/{id}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replace an API key
     * @description The new one has the name, scopes and lifetime of the old one, which stays good for a day, or until it expires before. Delete a key that leaked: then it opens nothing at once.
     */
    post: operations["rotateKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhooks/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Delete a webhook
     * @description Its secrets and deliveries go with it.
     */
    delete: operations["deleteWebhook"];
    options?: never;
    head?: never;
    /**
     * Change a webhook's address or types, or switch it on or off
     * @description What is not given stays. An unknown key is refused, and then nothing changes.
     */
    patch: operations["changeWebhook"];
    trace?: never;
  };
  "/webhooks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user's webhooks */
    get: operations["listWebhooks"];
    put?: never;
    /**
     * Add a webhook
     * @description It is active at once. The secret is shown once. If it is lost, make a new one.
     */
    post: operations["createWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhooks/{id}/deliveries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was sent to a webhook, and what is waiting */
    get: operations["listDeliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhooks/{id}/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send everything again since a moment
     * @description With the same event ids, whatever became of it, as far as it is kept: for 30 days.
     */
    post: operations["replayWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhooks/{id}/deliveries/{delivery_id}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send one event again
     * @description With the same event id, whatever became of it. To a webhook that is switched off a webhook.test alone.
     */
    post: operations["retryDelivery"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhooks/{id}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give a webhook another secret
     * @description For a day calls are signed with both. The new secret is shown this once.
     */
    post: operations["rotateWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhooks/{id}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a test event
     * @description Of the type webhook.test, whatever types were chosen, also to a webhook that is switched off.
     */
    post: operations["testWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Address: {
      /** Format: uri */
      url: string;
    };
    Error: {
      /**
       * @description For programs.
       * @enum {string}
       */
      code:
        | "invalid_request"
        | "key_in_query"
        | "unauthorized"
        | "forbidden"
        | "scope_missing"
        | "not_found"
        | "connection_unknown"
        | "calendar_in_use"
        | "calendar_needed"
        | "more_access_needed"
        | "reconnect_needed"
        | "disconnecting"
        | "provider_not_configured"
        | "mailbox_unavailable"
        | "server_not_allowed"
        | "server_unreachable"
        | "not_caldav"
        | "sign_in_not_supported"
        | "sign_in_failed"
        | "too_many_feeds"
        | "too_many_integrations"
        | "too_many_keys"
        | "key_replaced"
        | "too_many_webhooks"
        | "webhook_disabled"
        | "address_not_allowed"
        | "proposal_decided"
        | "proposal_not_accepted"
        | "deadline_changed"
        | "rate_limited"
        | "permission_missing"
        | "blocked_by_policy"
        | "configuration"
        | "quota"
        | "provider_limit"
        | "provider_refused"
        | "provider_unavailable"
        | "internal";
      /** @description For people: what to do next. */
      message: string;
      details?: {
        /** @description To choose from (calendar_needed). */
        calendars?: components["schemas"]["Calendar"][];
      };
    };
    Calendar: {
      id: string;
      name: string;
      /** @description The account's default calendar. */
      primary: boolean;
      writable: boolean;
      /** @description IANA name, where the provider says. */
      time_zone: string | null;
      /** @description CSS colour. */
      color: string | null;
    };
    /** @description One account at one provider that a user connected. */
    Integration: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      /** @description Or the user name, of an account with a password. */
      account_email: string | null;
      /** @description The host name of the server, where the account is on one that its user named. */
      server?: string;
      /** @enum {string} */
      status: "pending_confirmation" | "active" | "disconnected" | "paused" | "disconnecting";
      /** @enum {string} */
      access: "dedicated" | "existing";
      /** @description The provider's. Null until confirmed. */
      calendar_id: string | null;
      calendar_name: string | null;
      /** @description The user's switch. Off: changes wait. */
      sync_enabled: boolean;
      /** Format: date-time */
      last_synced_at: string | null;
      /** @description Obligations of this calendar. */
      progress: {
        /** @description Still to be looked at. */
        pending: number;
        /** @description As they should be. */
        synced: number;
        /** @description Given up until something changes; see GET /problems. */
        failed: number;
      };
      /** @description Events of ours that are there, as they should be or not yet. */
      events: number;
      last_error: components["schemas"]["LastError"] | null;
      settings: {
        /** @description Minutes before the deadline, at most five. */
        reminders_minutes: number[];
        /**
         * @description When an all-day deadline is taken as due on its day: its reminders count back from then.
         * @example 09:00
         */
        all_day_reminder_time: string;
        /** @enum {string} */
        completed_events: "keep" | "remove";
        /** @description Obligations of these types alone; null: all. */
        obligation_types: string[] | null;
        /**
         * @description What titles of events are made by.
         * @example {title}
         */
        title_template: string;
        /**
         * @description What becomes of a deadline that is moved in the calendar: it is put back, stays, stays until anything of it changes, or changes the obligation.
         * @enum {string}
         */
        calendar_edits: "restore" | "keep" | "ignore" | "accept";
      };
    };
    /** @description Why a calendar does not sync. */
    LastError: {
      /** @enum {string} */
      code:
        | "invalid_grant"
        | "scope_missing"
        | "admin_consent_required"
        | "blocked_by_policy"
        | "mailbox_unavailable"
        | "calendar_missing"
        | "mass_deletion"
        | "mass_edit"
        | "secret_unreadable"
        | "configuration"
        | "provider_unavailable"
        | "quota";
      /** @description For people: what to do next. */
      message: string;
      details?: {
        /**
         * Format: date-time
         * @description When it goes on, where it passes by itself (provider_unavailable, quota) and that is known.
         */
        next_try_at?: string;
        /** @description What the organisation's administrator opens (admin_consent_required). */
        admin_consent_url?: string;
        /** @description So many events were moved (mass_edit). */
        moves?: number;
        /** @description So many events would go (mass_deletion), or were deleted (mass_edit). */
        deletions?: number;
        /** @description Of so many (mass_deletion, mass_edit). */
        events?: number;
        /** @description Why an administrator paused it (configuration); empty: no reason was given. */
        reason?: string;
      };
    };
    ConfirmRequest: {
      /** @description The ticket of the redirect, calendar_connection: valid once, for ten minutes. */
      connection: string;
      /**
       * @description Where the consent covers less than before: the events may move from a calendar that it does not cover to one of our own.
       * @default false
       */
      accept_less_access: boolean;
    };
    ConnectRequest: {
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      /**
       * @description Of the server, or anything of the account on it; a server_url of GET /providers.
       * @example https://cloud.example.com
       */
      server_url: string;
      username: string;
      /**
       * Format: password
       * @description Many services want one that was made for applications.
       */
      password: string;
      /**
       * @description existing: the account's other calendars are offered too. Left out: dedicated.
       * @enum {string}
       */
      access?: "dedicated" | "existing";
      /** @description A calendar of the account, instead of one that we make: see calendar_needed. */
      calendar_id?: string;
    };
    Providers: {
      providers: components["schemas"]["Provider"][];
    };
    Provider: {
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      /** @description What people call it. */
      name: string;
      /**
       * @description oauth: begin at GET /authorize. password: a server, a user name and a password.
       * @enum {string}
       */
      credential: "oauth" | "password";
      /** @description Servers that are known by name (password). */
      presets: {
        name: string;
        server_url: string;
        /** @description Where the user finds a password for it; null: there is no such page. */
        help_url: string | null;
      }[];
    };
    Calendars: {
      calendars: components["schemas"]["Calendar"][];
    };
    ChangeRequest: {
      /** Format: uuid */
      integration_id: string;
      sync_enabled?: boolean;
      /** @description One of GET /calendars; the events move there. */
      calendar_id?: string;
      /** @description Merged with what is set. */
      settings?: {
        /** @description Minutes before the deadline; where an event can have one reminder, it gets the smallest. */
        reminders_minutes?: number[];
        /**
         * @description When an all-day deadline is taken as due on its day, HH:MM. Where a provider cannot ring after an event has begun, such a reminder rings at its midnight.
         * @example 09:00
         */
        all_day_reminder_time?: string;
        /** @enum {string} */
        completed_events?: "keep" | "remove";
        /**
         * @description Obligations of these types alone, as GET /obligation_types has them; null: all. Events of other types go.
         * @example [
         *       "VAT",
         *       "Payroll"
         *     ]
         */
        obligation_types?: string[] | null;
        /**
         * @description Titles of events: {title}, {type}, {status} and text, at most 100 characters, with {title} in it and no other braces. {status} is Open or Completed.
         * @example [{type}] {title}
         */
        title_template?: string;
        /**
         * @description What becomes of a deadline that is moved in the calendar. accept only where GET /options has it.
         * @enum {string}
         */
        calendar_edits?: "restore" | "keep" | "ignore" | "accept";
      };
    };
    /** @description What the settings of a calendar may be in this installation. */
    Options: {
      /** @description accept where the operator allows it (CALENDAR_ACCEPT_EDITS). */
      calendar_edits: ("restore" | "keep" | "ignore" | "accept")[];
    };
    IntegrationRequest: {
      /** Format: uuid */
      integration_id: string;
    };
    Queued: {
      queued: number;
    };
    Integrations: {
      integrations: components["schemas"]["Integration"][];
    };
    SyncRequest: {
      /**
       * Format: uuid
       * @description Left out: all of the user's.
       */
      integration_id?: string;
    };
    TestEventAnswer: {
      /** @description Null: the calendar has no test event. */
      test_event: components["schemas"]["TestEvent"] | null;
    };
    /** @description An event that shows whether deadlines reach a calendar. */
    TestEvent: {
      /**
       * @description writing: it is on its way. there: it stands in the calendar until remove_at. removing: it is about to go. refused: it was not written.
       * @enum {string}
       */
      state: "writing" | "there" | "removing" | "refused";
      /** @description The event's page in the provider's calendar application. Null: there is no event, or its provider has no such pages. */
      event_url: string | null;
      /** Format: date-time */
      starts_at: string | null;
      /**
       * Format: date-time
       * @description When it is removed by itself.
       */
      remove_at: string | null;
      /** @description From the call until it was in the calendar (there). */
      took_ms: number | null;
      /**
       * @description Why it is refused or not there yet; codes of last_error among them.
       * @enum {string|null}
       */
      code:
        | "invalid_grant"
        | "scope_missing"
        | "admin_consent_required"
        | "blocked_by_policy"
        | "mailbox_unavailable"
        | "calendar_missing"
        | "mass_deletion"
        | "mass_edit"
        | "secret_unreadable"
        | "configuration"
        | "provider_unavailable"
        | "quota"
        | "rejected"
        | "disconnected"
        | "paused"
        | "disconnecting"
        | null;
      /** @description The provider's own word, the status of its answer (http_503), or one of ours: changed_again, deadline_out_of_range, edited, network, timeout, answer_too_large, listing_not_finished, missing_in_batch, next_link, unreadable, deleted, event_not_found, event_ids_exhausted, exists, transaction_ids_exhausted, uid_taken. changed_again: somebody else changed the event each time that it was put back. */
      reason: string | null;
      /** @description The code, for people. */
      message: string | null;
    };
    Activities: {
      activity: components["schemas"]["Activity"][];
    };
    Activity: components["schemas"]["EventActivity"] | components["schemas"]["ConnectionActivity"];
    /** @description One change made to a calendar, or given up. */
    EventActivity: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "event";
      /** Format: date-time */
      at: string;
      /** @description Null where it is not known any more. */
      account_email: string | null;
      /** @description Null where it is not known any more. */
      calendar_name: string | null;
      /** @description The provider's word, or the code of the integration's error. */
      reason: string | null;
      /**
       * @description you, another_user, or the kind of whatever it was: admin, database, nightly, service, worker …
       * @example you
       * @example worker
       */
      caused_by: string | null;
      /** Format: uuid */
      integration_id: string;
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      /** Format: uuid */
      obligation_id: string;
      /** @description As it was then; null where that is not known any more. */
      title: string | null;
      /**
       * @description adopted: it was there already, kept when the account was disconnected. proposal_opened: its user moved the event. …_by_user: what was seen in the calendar; hidden_by_user: it was deleted again and stays away, returned_by_user: a deletion was taken back.
       * @enum {string}
       */
      action:
        | "created"
        | "updated"
        | "moved"
        | "removed"
        | "adopted"
        | "rejected"
        | "given_up"
        | "proposal_opened"
        | "proposal_accepted"
        | "proposal_dismissed"
        | "proposal_undone"
        | "proposal_superseded"
        | "moved_by_user"
        | "moved_back_by_user"
        | "resized_by_user"
        | "deleted_by_user"
        | "hidden_by_user"
        | "returned_by_user";
      /** @description The deadline as the event shows it: a calendar date or an instant in UTC (RFC 3339). */
      due: string | null;
      /** @description The event's page in the provider's calendar application. Null: there is no event, or its provider has no such pages. */
      event_url: string | null;
      /** @description Where the host shows the obligation. */
      obligation_url: string | null;
    };
    /** @description One event in the life of a connection. */
    ConnectionActivity: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: "connection";
      /** Format: date-time */
      at: string;
      /** @description Null where it is not known any more. */
      account_email: string | null;
      /** @description Null where it is not known any more. */
      calendar_name: string | null;
      /** @description The provider's word, or the code of the integration's error. */
      reason: string | null;
      /**
       * @description you, another_user, or the kind of whatever it was: admin, database, nightly, service, worker …
       * @example you
       * @example worker
       */
      caused_by: string | null;
      /**
       * Format: uuid
       * @description Null where it concerned all of the user's calendars.
       */
      integration_id: string | null;
      /** @enum {string|null} */
      provider: "google" | "outlook" | "caldav" | null;
      /** @enum {string} */
      action:
        | "connected"
        | "reconnected"
        | "grant_lost"
        | "paused"
        | "resumed"
        | "switched_off"
        | "switched_on"
        | "calendar_chosen"
        | "settings_changed"
        | "disconnecting"
        | "disconnected"
        | "retried"
        | "resynced"
        | "erased"
        | "drained";
      /** @description Its name (calendar_chosen). */
      calendar_before: string | null;
      /** @description Those that were changed (settings_changed). */
      settings_before: {
        reminders_minutes?: number[];
        all_day_reminder_time?: string;
        /** @enum {string} */
        completed_events?: "keep" | "remove";
        obligation_types?: string[] | null;
        title_template?: string;
        /** @enum {string} */
        calendar_edits?: "restore" | "keep" | "ignore" | "accept";
      } | null;
      /** @description What they were changed to (settings_changed). */
      settings: {
        reminders_minutes?: number[];
        all_day_reminder_time?: string;
        /** @enum {string} */
        completed_events?: "keep" | "remove";
        obligation_types?: string[] | null;
        title_template?: string;
        /** @enum {string} */
        calendar_edits?: "restore" | "keep" | "ignore" | "accept";
      } | null;
      /**
       * @description What became of the events (disconnected); left: nobody chose, they stayed where they were.
       * @enum {string|null}
       */
      events: "kept" | "removed" | "left" | null;
    };
    Evidence: {
      /** Format: uuid */
      obligation_id: string;
      periods: components["schemas"]["Period"][];
    };
    /** @description From when to when something was true of an obligation in one calendar. */
    Period: {
      account_email: string | null;
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      /** Format: uuid */
      integration_id: string;
      /** @description The provider's. */
      calendar_id: string | null;
      calendar_name: string | null;
      /** @description False: it was wanted there, and was not there. */
      in_calendar: boolean;
      /** @description The provider's. */
      event_id: string | null;
      /** @description As the event showed it; null where that is not known. */
      title: string | null;
      /** @description As the event showed it: a calendar date or an instant in UTC (RFC 3339); null: not known. */
      due: string | null;
      /**
       * Format: date-time
       * @description Null: before anything that is still kept.
       */
      from_at: string | null;
      /**
       * Format: date-time
       * @description Null: still.
       */
      until_at: string | null;
      /**
       * @description Why it was not there, or why changes did not reach the event meanwhile.
       * @example paused: calendar_missing
       * @example rejected: too_long
       */
      reason: string | null;
      began_with: string | null;
      /**
       * @description you, another_user, or the kind of whatever it was: admin, database, nightly, service, worker …
       * @example you
       * @example worker
       */
      began_by: string | null;
      began_request_id: string | null;
      ended_with: string | null;
      /**
       * @description you, another_user, or the kind of whatever it was: admin, database, nightly, service, worker …
       * @example you
       * @example worker
       */
      ended_by: string | null;
      ended_request_id: string | null;
    };
    Explanation: {
      /** Format: uuid */
      obligation_id: string;
      integrations: components["schemas"]["Explained"][];
    };
    /** @description Why an obligation is, or is not, in one calendar. */
    Explained: {
      /** Format: uuid */
      integration_id: string;
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      account_email: string | null;
      calendar_name: string | null;
      in_calendar: boolean;
      /** @description The provider's. */
      event_id: string | null;
      /** @description The event's page in the provider's calendar application. Null: there is no event, or its provider has no such pages. */
      event_url: string | null;
      /**
       * Format: date-time
       * @description When the event was last written.
       */
      synced_at: string | null;
      /** @enum {string} */
      code:
        | "synced"
        | "waiting"
        | "retrying"
        | "given_up"
        | "rejected"
        | "not_noticed"
        | "no_deadline"
        | "cancelled"
        | "completed"
        | "type_not_chosen"
        | "not_yours"
        | "hidden_by_user"
        | "sync_off"
        | "not_confirmed"
        | "paused"
        | "disconnected"
        | "disconnecting";
      /** @description The provider's own word, the status of its answer (http_503), or one of ours: changed_again, deadline_out_of_range, edited, network, timeout, answer_too_large, listing_not_finished, missing_in_batch, next_link, unreadable, deleted, event_not_found, event_ids_exhausted, exists, transaction_ids_exhausted, uid_taken. changed_again: somebody else changed the event each time that it was put back. */
      reason: string | null;
      /** @description Where the event stands if it was moved in the calendar. Null: it stands on its deadline, or there is no event. */
      stands: {
        /** Format: date */
        deadline_date: string;
      } | {
        /** Format: date-time */
        deadline_at: string;
        time_zone: string | null;
      } | null;
      /**
       * Format: date-time
       * @description Since when it has been waiting, is given up, stands elsewhere, or is hidden by its user.
       */
      since: string | null;
      /**
       * Format: date-time
       * @description Null: at once, or not by itself.
       */
      next_try_at: string | null;
      /** @enum {string|null} */
      waits_for: "provider" | "provider_limit" | "quota" | null;
      /** @description Other calendars of the account in which an event of it was found and is to go. */
      also_in: {
        /** @description The provider's. */
        calendar_id: string;
        /** @description moved_by_user, interrupted, or the provider's word for why the event could not be removed. */
        reason: string;
        /** Format: date-time */
        since: string;
      }[];
      /** @description The integration's. */
      last_error: components["schemas"]["LastError"] | null;
      /** @description For people. */
      message: string;
    };
    Obligations: {
      obligations: components["schemas"]["Obligation"][];
    };
    Obligation: {
      /** Format: uuid */
      id: string;
      title: string;
      /**
       * @description The deadline: a calendar date (2027-01-31) or an instant in UTC (RFC 3339). Null: none.
       * @example 2027-01-31
       * @example 2027-01-31T09:00:00Z
       */
      due: string | null;
      /** @description IANA name in which an instant is shown. */
      time_zone: string | null;
      /** @enum {string} */
      status: "open" | "completed" | "cancelled";
      obligation_type: string | null;
      /** @description Where the host shows it. */
      url: string | null;
    };
    Problems: {
      /** @description The newest, at most a hundred. */
      problems: components["schemas"]["Problem"][];
      /** @description How many there are in all. */
      total: number;
    };
    /** @description An obligation that is no longer retried. */
    Problem: {
      /** Format: uuid */
      integration_id: string;
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      account_email: string | null;
      calendar_name: string | null;
      /** Format: uuid */
      obligation_id: string;
      /** @description As it is now. Null where the obligation is gone or somebody else's. */
      title: string | null;
      /**
       * @description The deadline: a calendar date (2027-01-31) or an instant in UTC (RFC 3339). Null: none.
       * @example 2027-01-31
       * @example 2027-01-31T09:00:00Z
       */
      due: string | null;
      /** @description The event's page in the provider's calendar application. Null: there is no event, or its provider has no such pages. */
      event_url: string | null;
      /** @description Where the host shows the obligation. */
      obligation_url: string | null;
      /**
       * @description given_up: it failed several times. rejected: the provider does not accept it, or somebody else changes it each time (changed_again).
       * @enum {string}
       */
      code: "given_up" | "rejected";
      /** @description The provider's own word, the status of its answer (http_503), or one of ours: changed_again, deadline_out_of_range, edited, network, timeout, answer_too_large, listing_not_finished, missing_in_batch, next_link, unreadable, deleted, event_not_found, event_ids_exhausted, exists, transaction_ids_exhausted, uid_taken. changed_again: somebody else changed the event each time that it was put back. */
      reason: string | null;
      /** @description Where the event stands if it was moved in the calendar. Null: it stands on its deadline, or there is no event. */
      stands: {
        /** Format: date */
        deadline_date: string;
      } | {
        /** Format: date-time */
        deadline_at: string;
        time_zone: string | null;
      } | null;
      /** @description For people. */
      message: string;
      /** Format: date-time */
      since: string;
      attempts: number;
    };
    RetryRequest: {
      /** Format: uuid */
      integration_id: string;
      /**
       * Format: uuid
       * @description Left out: all that failed there.
       */
      obligation_id?: string;
    };
    /**
     * @description A deadline that a user moved in a calendar, and what the user decided.
     * @example {
     *       "id": "6f1f7a3e-0d0b-4a53-9d5c-0f5ad0e1c001",
     *       "integration_id": "6f1f7a3e-0d0b-4a53-9d5c-0f5ad0e1c002",
     *       "provider": "google",
     *       "account_email": "ada@example.com",
     *       "obligation_id": "6f1f7a3e-0d0b-4a53-9d5c-0f5ad0e1c003",
     *       "title": "Air emissions report",
     *       "event_url": "https://calendar.example/event/1",
     *       "obligation_url": "https://app.example.com/obligations/42",
     *       "kind": "move",
     *       "seen": {
     *         "deadline_date": "2027-03-05"
     *       },
     *       "legal": {
     *         "deadline_date": "2027-03-01"
     *       },
     *       "state": "open",
     *       "event_state": "back",
     *       "seen_at": "2027-02-01T09:00:00Z",
     *       "decided_at": null,
     *       "can_undo": false
     *     }
     */
    Proposal: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      integration_id: string;
      /** @enum {string} */
      provider: "google" | "outlook" | "caldav";
      /** @description Null where it is not known any more. */
      account_email: string | null;
      /** Format: uuid */
      obligation_id: string;
      /** @description As it is now. Null where the obligation is gone or somebody else's. */
      title: string | null;
      /** @description The event's page in the provider's calendar application. Null: there is no event, or its provider has no such pages. */
      event_url: string | null;
      /** @description Where the host shows the obligation. */
      obligation_url: string | null;
      /** @enum {string} */
      kind: "move";
      seen: components["schemas"]["When"];
      legal: components["schemas"]["When"] & unknown;
      /**
       * @description superseded: the event was moved again, the deadline changed, or the account was disconnected.
       * @enum {string}
       */
      state: "open" | "accepted" | "dismissed" | "superseded";
      /**
       * @description Where the event is now. back: on the deadline. kept: where it was moved, with the legal date in its description. moved: where it was moved. pending: still to be put back on the deadline. gone: not in the calendar.
       * @enum {string}
       */
      event_state: "back" | "kept" | "moved" | "pending" | "gone";
      /** Format: date-time */
      seen_at: string;
      /** Format: date-time */
      decided_at: string | null;
      /** @description It was accepted, and the deadline is still what that made it. */
      can_undo: boolean;
    };
    /**
     * @description Where the user moved the event.
     * @example {
     *       "deadline_date": "2027-03-05"
     *     }
     * @example {
     *       "deadline_at": "2027-03-05T09:00:00Z",
     *       "time_zone": "Europe/Berlin"
     *     }
     */
    When: {
      /** Format: date */
      deadline_date: string;
    } | {
      /** Format: date-time */
      deadline_at: string;
      time_zone: string | null;
    };
    Proposals: {
      /** @description Every open one, then up to 1,000 of those decided within 30 days; of each the newest first. */
      proposals: components["schemas"]["Proposal"][];
      /** @description How many are open. */
      open: number;
    };
    /** @description What the user is told by mail, and when. */
    Notifications: {
      /** @description Where mail goes: the address of the user's account. */
      email: string | null;
      kinds: {
        /** @enum {string} */
        connection_lost: "immediately" | "daily" | "off";
        /** @enum {string} */
        connection_paused: "immediately" | "daily" | "off";
        /** @enum {string} */
        deadline_failed: "immediately" | "daily" | "off";
        /** @enum {string} */
        deadline_restored: "immediately" | "daily" | "off";
        /** @enum {string} */
        deadline_hidden: "immediately" | "daily" | "off";
        /** @enum {string} */
        proposal_opened: "immediately" | "daily" | "off";
        /** @enum {string} */
        connection_added: "immediately" | "daily" | "off";
        /** @enum {string} */
        key_added: "immediately" | "daily" | "off";
        /** @enum {string} */
        webhook_added: "immediately" | "daily" | "off";
        /** @enum {string} */
        webhook_disabled: "immediately" | "daily" | "off";
      };
      /** @description A mail server refused this address for good: nothing is sent until the user has another one. */
      suppressed: boolean;
    };
    NotificationsRequest: {
      /** @description Merged with what is set. A kind or value that is not known is refused. */
      kinds: {
        /** @enum {string} */
        connection_lost?: "immediately" | "daily" | "off";
        /** @enum {string} */
        connection_paused?: "immediately" | "daily" | "off";
        /** @enum {string} */
        deadline_failed?: "immediately" | "daily" | "off";
        /** @enum {string} */
        deadline_restored?: "immediately" | "daily" | "off";
        /** @enum {string} */
        deadline_hidden?: "immediately" | "daily" | "off";
        /** @enum {string} */
        proposal_opened?: "immediately" | "daily" | "off";
        /** @enum {string} */
        connection_added?: "immediately" | "daily";
        /** @enum {string} */
        key_added?: "immediately" | "daily";
        /** @enum {string} */
        webhook_added?: "immediately" | "daily";
        /** @enum {string} */
        webhook_disabled?: "immediately" | "daily" | "off";
      };
    };
    Notices: {
      notices: components["schemas"]["Notice"][];
      /** @description How many are not dismissed. */
      unread: number;
    };
    /** @description What a user has to know. */
    Notice: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      kind:
        | "connection_lost"
        | "connection_paused"
        | "deadline_failed"
        | "deadline_restored"
        | "deadline_hidden"
        | "proposal_opened"
        | "connection_added"
        | "key_added"
        | "webhook_added"
        | "webhook_disabled";
      /** @enum {string} */
      severity: "info" | "warning" | "critical";
      /** Format: date-time */
      created_at: string;
      /**
       * Format: uuid
       * @description Null: it is about no calendar.
       */
      integration_id: string | null;
      /**
       * Format: uuid
       * @description Null: it is about no single obligation.
       */
      obligation_id: string | null;
      /** @description Why, by kind: the code of the calendar's last_error, or paused_by_admin; the reason of a deadline, as a problem has it; accepted, of a move. */
      code: string | null;
      /** @description Of the API key, or the host of the webhook. */
      name: string | null;
      /** @description For people: what happened, and what to do. */
      message: string;
      /**
       * Format: uri
       * @description The page where something can be done.
       */
      action_url: string;
      /**
       * Format: date-time
       * @description When the user dismissed it, or it was mended. Null: it is still to be read.
       */
      dismissed_at: string | null;
    };
    /** @description A calendar at a secret address. */
    Feed: {
      /** Format: uuid */
      id: string;
      name: string;
      settings: {
        /** @description Null: all. */
        obligation_types: string[] | null;
        look_back_days: number;
        /** @description Null: no end. */
        look_ahead_days: number | null;
        reminders_minutes: number[];
        /** @enum {string} */
        completed_events: "keep" | "remove";
      };
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When it ends by itself. Null: never.
       */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description When it was last read at this address, give or take an hour.
       */
      last_used_at: string | null;
      /**
       * @description By what kind of program.
       * @enum {string|null}
       */
      last_client: "google" | "outlook" | "apple" | "thunderbird" | "other" | null;
    };
    FeedChangeRequest: {
      name?: string;
      settings?: components["schemas"]["FeedChoices"];
      /**
       * Format: date-time
       * @description When the feed ends by itself; null: never.
       */
      expires_at?: string | null;
    };
    /** @description Merged with what is set. */
    FeedChoices: {
      /** @description Obligations of these types alone; null: all. */
      obligation_types?: string[] | null;
      /** @description How old a deadline may be; 90 where nothing was chosen. */
      look_back_days?: number;
      /** @description How far ahead a deadline may be; null: however far. */
      look_ahead_days?: number | null;
      /** @description Minutes before the deadline. */
      reminders_minutes?: number[];
      /** @enum {string} */
      completed_events?: "keep" | "remove";
    };
    FeedAddress: {
      /** Format: uuid */
      id: string;
      name: string;
      settings: {
        /** @description Null: all. */
        obligation_types: string[] | null;
        look_back_days: number;
        /** @description Null: no end. */
        look_ahead_days: number | null;
        reminders_minutes: number[];
        /** @enum {string} */
        completed_events: "keep" | "remove";
      };
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When it ends by itself. Null: never.
       */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description When it was last read at this address, give or take an hour.
       */
      last_used_at: string | null;
      /**
       * @description By what kind of program.
       * @enum {string|null}
       */
      last_client: "google" | "outlook" | "apple" | "thunderbird" | "other" | null;
      /**
       * Format: uri
       * @description Whoever has it reads the feed. Shown this once.
       */
      url: string;
    };
    FeedRequest: {
      name: string;
      settings?: components["schemas"]["FeedChoices"];
      /**
       * Format: date-time
       * @description When the feed ends by itself; null: never.
       */
      expires_at?: string | null;
    };
    Feeds: {
      feeds: components["schemas"]["Feed"][];
    };
    ObligationTypes: {
      obligation_types: string[];
    };
    Preferences: {
      /**
       * @description IANA name, for mail and for times that are shown. Null: not told yet.
       * @example Europe/Paris
       */
      time_zone: string | null;
      /**
       * @description HH:MM. A new integration begins with it; those that there are keep theirs.
       * @example 09:00
       */
      all_day_reminder_time: string;
    };
    PreferencesChangeRequest: {
      /**
       * @description IANA name, for mail and for times that are shown.
       * @example Europe/Paris
       */
      time_zone?: string;
      /**
       * @description When an all-day deadline is taken as due on its day, in calendars that are connected from now on.
       * @example 09:00
       */
      all_day_reminder_time?: string;
    };
    NewApiKey: {
      /** @description The public characters of the key. */
      id: string;
      name: string;
      scopes: components["schemas"]["KeyScope"][];
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description From when on it opens nothing.
       */
      expires_at: string;
      /**
       * Format: date-time
       * @description Give or take an hour. Null: never.
       */
      last_used_at: string | null;
      /** @description The id of the key that it was rotated to; until expires_at both are good. */
      replaced_by: string | null;
      /** @description eck_live_…: what the program sends. Shown this once. */
      key: string;
    };
    /**
     * @description What an API key opens.
     * @enum {string}
     */
    KeyScope:
      | "status:read"
      | "sync:write"
      | "evidence:read"
      | "feeds:write"
      | "proposals:write"
      | "webhooks:write";
    KeyRequest: {
      /** @description What the program is called that gets it. */
      name: string;
      /**
       * @description What it opens.
       * @example [
       *       "status:read"
       *     ]
       */
      scopes: components["schemas"]["KeyScope"][];
      /**
       * Format: date-time
       * @description From when on it opens nothing. Left out: in 90 days.
       */
      expires_at?: string;
    };
    ApiKeys: {
      keys: components["schemas"]["ApiKey"][];
    };
    /** @description With it a program calls for the user, within its scopes. */
    ApiKey: {
      /** @description The public characters of the key. */
      id: string;
      name: string;
      scopes: components["schemas"]["KeyScope"][];
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description From when on it opens nothing.
       */
      expires_at: string;
      /**
       * Format: date-time
       * @description Give or take an hour. Null: never.
       */
      last_used_at: string | null;
      /** @description The id of the key that it was rotated to; until expires_at both are good. */
      replaced_by: string | null;
    };
    /** @description An address that is told what happens to the user's calendars. */
    Webhook: {
      /** Format: uuid */
      id: string;
      /** Format: uri */
      url: string;
      types: components["schemas"]["WebhookType"][];
      enabled: boolean;
      /**
       * @description gone: it answered 410. failing: every attempt failed for five days. Null: it is on, or a person switched it off.
       * @enum {string|null}
       */
      disabled_because: "gone" | "failing" | null;
      /**
       * Format: date-time
       * @description The first failure of the receiver since its last success. Null: none.
       */
      failing_since: string | null;
      /**
       * Format: date-time
       * @description Until when the secret before the last rotation signs along.
       */
      previous_secret_until: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description What became of the events of the last 24 hours; waiting: to be sent, or tried again. */
      last_day: {
        delivered: number;
        failed: number;
        waiting: number;
      };
    };
    /** @enum {string} */
    WebhookType:
      | "connection.connected"
      | "connection.disconnected"
      | "connection.paused"
      | "connection.resumed"
      | "connection.removed"
      | "deadline.shown"
      | "deadline.updated"
      | "deadline.removed"
      | "deadline.failed"
      | "deadline.recovered"
      | "proposal.opened"
      | "proposal.decided"
      | "webhook.test";
    WebhookChangeRequest: {
      /**
       * Format: uri
       * @description https, port 443 or 8443, of a public host that CALENDAR_WEBHOOK_HOSTS allows. It is checked again with every call.
       * @example https://app.example.com/calendar-events
       */
      url?: string;
      /** @description What it is told of. */
      types?: components["schemas"]["WebhookType"][];
      /** @description Switched off, nothing is sent, and what was still to be sent is given up; once it is on, it can be sent again. */
      enabled?: boolean;
    };
    WebhookWithSecret: {
      /** Format: uuid */
      id: string;
      /** Format: uri */
      url: string;
      types: components["schemas"]["WebhookType"][];
      enabled: boolean;
      /**
       * @description gone: it answered 410. failing: every attempt failed for five days. Null: it is on, or a person switched it off.
       * @enum {string|null}
       */
      disabled_because: "gone" | "failing" | null;
      /**
       * Format: date-time
       * @description The first failure of the receiver since its last success. Null: none.
       */
      failing_since: string | null;
      /**
       * Format: date-time
       * @description Until when the secret before the last rotation signs along.
       */
      previous_secret_until: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description What became of the events of the last 24 hours; waiting: to be sent, or tried again. */
      last_day: {
        delivered: number;
        failed: number;
        waiting: number;
      };
      /** @description whsec_ and 32 bytes in base64, with which calls are signed (Standard Webhooks). Shown this once. */
      secret: string;
    };
    WebhookRequest: {
      /**
       * Format: uri
       * @description https, port 443 or 8443, of a public host that CALENDAR_WEBHOOK_HOSTS allows. It is checked again with every call.
       * @example https://app.example.com/calendar-events
       */
      url: string;
      /** @description What it is told of. */
      types: components["schemas"]["WebhookType"][];
    };
    Deliveries: {
      deliveries: components["schemas"]["Delivery"][];
    };
    /** @description An event on its way to a webhook. */
    Delivery: {
      /** Format: uuid */
      id: string;
      /** @description The header webhook-id: the same with every attempt. */
      event_id: string;
      type: components["schemas"]["WebhookType"];
      /** @enum {string} */
      state: "pending" | "retrying" | "delivered" | "failed";
      /** @description The last 20, oldest first. */
      attempts: {
        /** Format: date-time */
        at: string;
        /** @description What the receiver answered. Null: nothing. */
        status: number | null;
        /** @description status: it was no success. redirect: it was one, which is not followed. no_answer: none within 10 s. unreachable: no connection. gone: 410. address_not_allowed: CALENDAR_WEBHOOK_HOSTS does not allow the address any more. secret_unreadable: the signing secret cannot be read; give it a new one. timeout: no answer in time. switched_off: the webhook was switched off. aborted: we had to break off. internal: it could not be sent. */
        error?: string;
      }[];
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description Null: it ended, or it is being sent at this moment.
       */
      next_attempt_at: string | null;
    };
    ReplayRequest: {
      /** Format: date-time */
      since: string;
    };
    Webhooks: {
      webhooks: components["schemas"]["Webhook"][];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  adminConsent: {
    parameters: {
      query: {
        provider: "google" | "outlook" | "caldav";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page for the administrator. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Address"];
        };
      };
      /** @description invalid_request: the message names the field. provider_not_configured: choose another provider. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  authorize: {
    parameters: {
      query: {
        provider: "google" | "outlook" | "caldav";
        /** @description Where the browser comes back to: an entry of CALENDAR_REDIRECT_URLS, to the letter. */
        redirect_to: string;
        /** @description dedicated: a calendar of our own. existing: also the ones that the account has. Left out: what an account of this provider had whose grant was lost, else dedicated. */
        access?: "dedicated" | "existing";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The provider's consent page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Address"];
        };
      };
      /** @description invalid_request: the message names the field. provider_not_configured: choose another provider. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description too_many_integrations: the user has as many accounts as there may be; disconnect one first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description provider_unavailable: try again. provider_refused: try again in a moment. provider_limit, quota: try again after Retry-After, where it is given. configuration: an administrator has to correct this installation. */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  callback: {
    parameters: {
      query?: {
        /** @description As it was given to the consent page. */
        state?: string;
        /** @description The authorization code (RFC 6749 §4.1.2). */
        code?: string;
        /** @description Why there is no code. */
        error?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Whatever happened. */
      303: {
        headers: {
          /** @description redirect_to, its query kept. */
          location: string;
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  confirm: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ConfirmRequest"];
      };
    };
    responses: {
      /** @description The integration, active. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Integration"];
        };
      };
      /** @description invalid_request: the message names the field. connection_unknown: connect again. provider_not_configured: choose another provider. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description forbidden: the connection was begun by another user. scope_missing: no API key opens it. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: the calendar went while it was being set up. Confirm again. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description more_access_needed: the calendar in use is not covered any more, nothing has moved and the ticket stays valid; connect again with access=existing, or confirm with accept_less_access. disconnecting: confirm again in a moment. too_many_integrations: disconnect an account, then confirm again; the ticket stays valid. reconnect_needed: connect again. permission_missing: connect again and allow everything. blocked_by_policy: ask the organisation's administrator. mailbox_unavailable: connect another account. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description provider_unavailable: try again. provider_refused: try again in a moment. provider_limit, quota: try again after Retry-After, where it is given. configuration: an administrator has to correct this installation. */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  connect: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ConnectRequest"];
      };
    };
    responses: {
      /** @description The account was connected already: its integration, with the new password. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Integration"];
        };
      };
      /** @description The integration, active. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Integration"];
        };
      };
      /** @description invalid_request: the message names the field. provider_not_configured: choose another provider. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: the calendar went while it was being set up. Connect again. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description calendar_needed: the server makes no calendar, or not that one; choose one of details.calendars and send its id as calendar_id. calendar_in_use: another connection of the user writes to that calendar. disconnecting: connect again in a moment. too_many_integrations: disconnect an account first. reconnect_needed: the server did not accept the password a moment later. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description server_not_allowed: the address is not one that may be connected here. server_unreachable: nothing answers there; said five seconds after the call. not_caldav: what answers has no calendars. sign_in_not_supported: the server asks for another way to sign in than Basic, such as Digest; whoever runs it can switch that. sign_in_failed: the user name or the password is wrong, or the service wants a password for applications. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description provider_unavailable: try again. provider_refused: try again in a moment. provider_limit, quota: try again after Retry-After, where it is given. configuration: an administrator has to correct this installation. */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  disconnect: {
    parameters: {
      query: {
        integration_id: string;
        /** @description What becomes of the events. */
        events?: "keep" | "remove";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The events are being removed; then it is gone. */
      202: {
        headers: {
          /** @description rel="help": where the user sees, and can end, what was granted to us. */
          link: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description It is gone; the events were kept. */
      204: {
        headers: {
          /** @description rel="help": where the user sees, and can end, what was granted to us. */
          link: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description reconnect_needed: to remove the events connect again first, or keep them. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listProviders: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Those that this installation offers. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Providers"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listCalendars: {
    parameters: {
      query: {
        integration_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Calendars"];
        };
      };
      /** @description invalid_request: the message names the field. provider_not_configured: choose another provider. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such integration of the user's, or its calendar is gone. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description more_access_needed: connect again with access=existing, or choose another calendar. calendar_in_use: another connection of the user writes to that calendar. reconnect_needed: connect again first. permission_missing: connect again and allow everything. blocked_by_policy: ask the organisation's administrator. mailbox_unavailable: connect another account. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description provider_unavailable: try again. provider_refused: try again in a moment. provider_limit, quota: try again after Retry-After, where it is given. configuration: an administrator has to correct this installation. */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  chooseOwnCalendar: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["IntegrationRequest"];
      };
    };
    responses: {
      /** @description The integration as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Integration"];
        };
      };
      /** @description invalid_request: the message names the field. provider_not_configured: choose another provider. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such integration of the user's, or its calendar is gone. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description calendar_needed: the server makes no calendar; choose one of details.calendars by PATCH /status. more_access_needed: connect again with access=existing, or choose another calendar. calendar_in_use: another connection of the user writes to that calendar. reconnect_needed: connect again first. permission_missing: connect again and allow everything. blocked_by_policy: ask the organisation's administrator. mailbox_unavailable: connect another account. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description provider_unavailable: try again. provider_refused: try again in a moment. provider_limit, quota: try again after Retry-After, where it is given. configuration: an administrator has to correct this installation. */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  status: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Integrations"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  change: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ChangeRequest"];
      };
    };
    responses: {
      /** @description The integration as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Integration"];
        };
      };
      /** @description invalid_request: the message names the field. provider_not_configured: choose another provider. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such integration of the user's, or its calendar is gone. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description more_access_needed: connect again with access=existing, or choose another calendar. calendar_in_use: another connection of the user writes to that calendar. reconnect_needed: connect again first. permission_missing: connect again and allow everything. blocked_by_policy: ask the organisation's administrator. mailbox_unavailable: connect another account. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description provider_unavailable: try again. provider_refused: try again in a moment. provider_limit, quota: try again after Retry-After, where it is given. configuration: an administrator has to correct this installation. */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  options: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What this installation offers. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Options"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  reapply: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["IntegrationRequest"];
      };
    };
    responses: {
      /** @description So many events are gone through. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Queued"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  resume: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["IntegrationRequest"];
      };
    };
    responses: {
      /** @description The integration as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Integration"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  sync: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["SyncRequest"];
      };
    };
    responses: {
      /** @description So many calendars were queued. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Queued"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  testEvent: {
    parameters: {
      query: {
        integration_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The test event. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestEventAnswer"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  sendTestEvent: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["IntegrationRequest"];
      };
    };
    responses: {
      /** @description The test event, mostly still on its way. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestEventAnswer"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  removeTestEvent: {
    parameters: {
      query: {
        integration_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The test event, mostly about to go. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestEventAnswer"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listActivity: {
    parameters: {
      query?: {
        limit?: number;
        /** @description What came later is left out: `at` of the last row that is known gives it and those before. */
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Activities"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  evidence: {
    parameters: {
      query: {
        obligation_id: string;
        /** @description Left out: what the Accept header prefers, or JSON. */
        format?: "json" | "csv";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The oldest first; as CSV it comes as a file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Evidence"];
          "text/csv": string;
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  explain: {
    parameters: {
      query: {
        obligation_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description For each integration. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Explanation"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  findObligations: {
    parameters: {
      query?: {
        /** @description What the title contains, in whatever case and to the letter: % and _ stand for themselves. */
        search?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Those first whose deadline is nearest to now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Obligations"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listProblems: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Problems"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  retry: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RetryRequest"];
      };
    };
    responses: {
      /** @description So many obligations were queued; 0 where none failed. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Queued"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  acceptProposal: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The proposal as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Proposal"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description forbidden: the user may not change this obligation. scope_missing: the API key does not open this call. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description proposal_decided: it is not open any more. deadline_changed: the deadline is another one by now, or is being changed. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  dismissProposal: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The proposal as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Proposal"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description forbidden: the user may not change this obligation. scope_missing: the API key does not open this call. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description proposal_decided: it is not open any more. deadline_changed: the deadline is another one by now, or is being changed. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listProposals: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Open ones first, then those that were decided within 30 days. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Proposals"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  undoProposal: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The proposal as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Proposal"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description forbidden: the user may not change this obligation. scope_missing: the API key does not open this call. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description proposal_not_accepted: there is nothing to take back. deadline_changed: the deadline is another one by now, or is being changed. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  getNotifications: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description When each kind of notice is sent. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notifications"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  changeNotifications: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NotificationsRequest"];
      };
    };
    responses: {
      /** @description What is told now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notifications"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  dismissNotice: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is dismissed. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listNotices: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description At most 200, newest first; dismissed ones are listed for 30 days. Of more than 200 these are left out first, then the least severe. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notices"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  restoreNotice: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is to be read again, unless it is over. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  showUnsubscribe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Redirects to the page. */
      303: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  unsubscribe: {
    parameters: {
      query?: {
        /** @description Says whose mail of which kinds. */
        token?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description These kinds are not mailed any more. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description invalid_request: it is not an address of a mail of ours. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  deleteFeed: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description There is nothing at its address. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  changeFeed: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FeedChangeRequest"];
      };
    };
    responses: {
      /** @description The feed as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Feed"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listFeeds: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Feeds"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  createFeed: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FeedRequest"];
      };
    };
    responses: {
      /** @description The feed and its address. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FeedAddress"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description too_many_feeds: the user has 20; delete one first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listObligationTypes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Sorted, at most a hundred. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ObligationTypes"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  rotateFeed: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The feed and its new address. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FeedAddress"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  preferences: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What holds for the user. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Preferences"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  changePreferences: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PreferencesChangeRequest"];
      };
    };
    responses: {
      /** @description What holds now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Preferences"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listKeys: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApiKeys"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  createKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["KeyRequest"];
      };
    };
    responses: {
      /** @description The key. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NewApiKey"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description too_many_keys: the user has 20; delete one first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  deleteKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It opens nothing any more. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  rotateKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The new key. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NewApiKey"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description key_replaced: it was rotated before; rotate the new one. too_many_keys: delete one first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  deleteWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Nothing is sent there any more. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  changeWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["WebhookChangeRequest"];
      };
    };
    responses: {
      /** @description The webhook as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Webhook"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description address_not_allowed: the message says what is wrong with the address. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listWebhooks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Webhooks"];
        };
      };
      /** @description key_in_query: send the API key as Authorization: Bearer; the one in the address is exposed. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  createWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["WebhookRequest"];
      };
    };
    responses: {
      /** @description The webhook and its secret. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookWithSecret"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description too_many_webhooks: the user has 5; delete one first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description address_not_allowed: the message says what is wrong with the address. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  listDeliveries: {
    parameters: {
      query?: {
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Deliveries"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  replayWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ReplayRequest"];
      };
    };
    responses: {
      /** @description How many events are sent again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Queued"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description webhook_disabled: switch it on first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description invalid_request: the body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  retryDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        delivery_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How many events are sent again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Queued"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description webhook_disabled: switch it on first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  rotateWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook and its new secret. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookWithSecret"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  testWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What is being sent; its outcome is among the deliveries. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Delivery"];
        };
      };
      /** @description invalid_request: the message names the field. key_in_query: send the API key as a header. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description unauthorized: sign in, or send an API key that is good. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description scope_missing: the API key does not open this call, or none does. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description not_found: there is no such thing, or it is not the user's. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description rate_limited: too many calls of this user, or with this API key, within a minute. */
      429: {
        headers: {
          /** @description Seconds until the next call may succeed, at least 1. */
          "retry-after": string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
      /** @description internal: try again. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
}
