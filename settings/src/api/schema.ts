// Placeholder until the generated file replaces it.
export interface components {
  schemas: {
    Integration: {
      id: string;
      provider: "google" | "outlook";
      account_email: string | null;
      status: "pending_confirmation" | "active" | "disconnected" | "paused" | "disconnecting";
      access: "dedicated" | "existing";
      calendar_id: string | null;
      calendar_name: string | null;
      sync_enabled: boolean;
      last_synced_at: string | null;
      progress: { pending: number; synced: number; failed: number };
      last_error: { code: string; message: string; details?: Record<string, unknown> } | null;
      settings: { reminders_minutes: number[]; completed_events: "keep" | "remove" };
    };
    Calendar: {
      id: string;
      name: string;
      primary: boolean;
      writable: boolean;
      time_zone: string | null;
      color: string | null;
    };
    Activity: {
      at: string;
      integration_id: string;
      provider: "google" | "outlook";
      account_email: string | null;
      calendar_name: string | null;
      obligation_id: string;
      title: string | null;
      action: "created" | "updated" | "moved" | "removed" | "rejected" | "given_up";
      due: string | null;
      reason: string | null;
    };
    Problem: {
      integration_id: string;
      provider: "google" | "outlook";
      account_email: string | null;
      calendar_name: string | null;
      obligation_id: string;
      title: string | null;
      due: string | null;
      code: "given_up" | "rejected";
      reason: string | null;
      message: string;
      since: string;
      attempts: number;
    };
    Obligation: {
      id: string;
      title: string;
      due: string | null;
      time_zone: string | null;
      status: string;
      obligation_type: string | null;
    };
    ExplainedIntegration: {
      integration_id: string;
      provider: "google" | "outlook";
      account_email: string | null;
      calendar_name: string | null;
      in_calendar: boolean;
      event_id: string | null;
      synced_at: string | null;
      code: string;
      reason: string | null;
      since: string | null;
      next_try_at: string | null;
      waits_for: "provider" | "provider_limit" | "quota" | null;
      last_error: { code: string; message: string; details?: Record<string, unknown> } | null;
      message: string;
    };
  };
}
