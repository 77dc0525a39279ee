export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "calendar_event_mappings": {
        Row: {
          "calendar_id": string;
          "content_hash": string;
          "created_at": string;
          "deadline_hash": string;
          "etag": string | null;
          "external_event_id": string;
          "id": string;
          "integration_id": string;
          "obligation_id": string;
          "previous_etag": string | null;
          "sent_time": Json | null;
          "synced_at": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "calendar_id": string;
          "content_hash": string;
          "created_at"?: string;
          "deadline_hash": string;
          "etag"?: string | null;
          "external_event_id": string;
          "id"?: string;
          "integration_id": string;
          "obligation_id": string;
          "previous_etag"?: string | null;
          "sent_time"?: Json | null;
          "synced_at"?: string;
          "updated_at"?: string;
        };
        Update: {
          "calendar_id"?: string;
          "content_hash"?: string;
          "created_at"?: string;
          "deadline_hash"?: string;
          "etag"?: string | null;
          "external_event_id"?: string;
          "id"?: string;
          "integration_id"?: string;
          "obligation_id"?: string;
          "previous_etag"?: string | null;
          "sent_time"?: Json | null;
          "synced_at"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "calendar_event_mappings_integration_id_fkey";
            columns: ["integration_id"];
            isOneToOne: false;
            referencedRelation: "calendar_integrations";
            referencedColumns: ["id"];
          },
        ];
      };
      "calendar_integrations": {
        Row: {
          "access": string;
          "access_token_secret_id": string | null;
          "account_email": string | null;
          "account_id": string | null;
          "calendar_id": string | null;
          "calendar_name": string | null;
          "calendar_role": string;
          "created_at": string;
          "deleted_user_id": string | null;
          "id": string;
          "last_error": Json | null;
          "last_synced_at": string | null;
          "own_calendar_id": string | null;
          "paused_by_admin": string | null;
          "provider": string;
          "refresh_token_secret_id": string | null;
          "remove_by": string | null;
          "removed_at": string | null;
          "scopes": (string)[];
          "server": string | null;
          "settings": NonNullable<Json>;
          "sign_in_refused_at": string | null;
          "status": string;
          "sync_enabled": boolean;
          "token_expires_at": string | null;
          "token_refreshed_at": string | null;
          "updated_at": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "access"?: string;
          "access_token_secret_id"?: string | null;
          "account_email"?: string | null;
          "account_id"?: string | null;
          "calendar_id"?: string | null;
          "calendar_name"?: string | null;
          "calendar_role"?: string;
          "created_at"?: string;
          "deleted_user_id"?: string | null;
          "id"?: string;
          "last_error"?: Json | null;
          "last_synced_at"?: string | null;
          "own_calendar_id"?: string | null;
          "paused_by_admin"?: string | null;
          "provider": string;
          "refresh_token_secret_id"?: string | null;
          "remove_by"?: string | null;
          "removed_at"?: string | null;
          "scopes"?: (string)[];
          "server"?: string | null;
          "settings"?: NonNullable<Json>;
          "sign_in_refused_at"?: string | null;
          "status"?: string;
          "sync_enabled"?: boolean;
          "token_expires_at"?: string | null;
          "token_refreshed_at"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Update: {
          "access"?: string;
          "access_token_secret_id"?: string | null;
          "account_email"?: string | null;
          "account_id"?: string | null;
          "calendar_id"?: string | null;
          "calendar_name"?: string | null;
          "calendar_role"?: string;
          "created_at"?: string;
          "deleted_user_id"?: string | null;
          "id"?: string;
          "last_error"?: Json | null;
          "last_synced_at"?: string | null;
          "own_calendar_id"?: string | null;
          "paused_by_admin"?: string | null;
          "provider"?: string;
          "refresh_token_secret_id"?: string | null;
          "remove_by"?: string | null;
          "removed_at"?: string | null;
          "scopes"?: (string)[];
          "server"?: string | null;
          "settings"?: NonNullable<Json>;
          "sign_in_refused_at"?: string | null;
          "status"?: string;
          "sync_enabled"?: boolean;
          "token_expires_at"?: string | null;
          "token_refreshed_at"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Relationships: [];
      };
      "calendar_proposals": {
        Row: {
          "decided_at": string | null;
          "id": string;
          "integration_id": string;
          "kind": string;
          "legal": NonNullable<Json>;
          "obligation_id": string;
          "provider": string;
          "replaced": Json | null;
          "seen": NonNullable<Json>;
          "seen_at": string;
          "state": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "decided_at"?: string | null;
          "id"?: string;
          "integration_id": string;
          "kind": string;
          "legal": NonNullable<Json>;
          "obligation_id": string;
          "provider": string;
          "replaced"?: Json | null;
          "seen": NonNullable<Json>;
          "seen_at"?: string;
          "state"?: string;
          "user_id": string;
        };
        Update: {
          "decided_at"?: string | null;
          "id"?: string;
          "integration_id"?: string;
          "kind"?: string;
          "legal"?: NonNullable<Json>;
          "obligation_id"?: string;
          "provider"?: string;
          "replaced"?: Json | null;
          "seen"?: NonNullable<Json>;
          "seen_at"?: string;
          "state"?: string;
          "user_id"?: string;
        };
        Relationships: [];
      };
      "obligations": {
        Row: {
          "created_at": string;
          "deadline_at": string | null;
          "deadline_date": string | null;
          "description": string | null;
          "id": string;
          "obligation_type": string | null;
          "status": string;
          "time_zone": string | null;
          "title": string;
          "updated_at": string;
          "url": string | null;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "deadline_at"?: string | null;
          "deadline_date"?: string | null;
          "description"?: string | null;
          "id"?: string;
          "obligation_type"?: string | null;
          "status"?: string;
          "time_zone"?: string | null;
          "title": string;
          "updated_at"?: string;
          "url"?: string | null;
          "user_id": string;
        };
        Update: {
          "created_at"?: string;
          "deadline_at"?: string | null;
          "deadline_date"?: string | null;
          "description"?: string | null;
          "id"?: string;
          "obligation_type"?: string | null;
          "status"?: string;
          "time_zone"?: string | null;
          "title"?: string;
          "updated_at"?: string;
          "url"?: string | null;
          "user_id"?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      "calendar_accept_edit": { Args: { "p_proposal_id": string }; Returns: boolean };
      "calendar_accept_proposal": { Args: { "p_proposal_id": string }; Returns: Json };
      "calendar_activate": {
        Args: {
          "p_calendar_id": string;
          "p_calendar_name": string;
          "p_calendar_role": string;
          "p_flow_id": string;
          "p_is_new"?: boolean;
        };
        Returns: Json;
      };
      "calendar_activity": { Args: { "p_limit"?: number; "p_until"?: string }; Returns: Json };
      "calendar_begin_connection": {
        Args: {
          "p_access": string;
          "p_expires_s": number;
          "p_provider": string;
          "p_redirect_to": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "calendar_begin_disconnect": {
        Args: { "p_events": string; "p_integration_id": string; "p_user_id": string };
        Returns: Json;
      };
      "calendar_begin_password_connection": {
        Args: {
          "p_access": string;
          "p_account_email": string;
          "p_account_id": string;
          "p_expires_s": number;
          "p_provider": string;
          "p_secret": string;
          "p_server": string;
          "p_ticket_hash": string;
          "p_user_id": string;
        };
        Returns: string;
      };
      "calendar_begin_refresh": {
        Args: {
          "p_calls"?: number;
          "p_integration_id": string;
          "p_min_valid_s": number;
          "p_rejected_token"?: string;
        };
        Returns: Json;
      };
      "calendar_call_with_key": {
        Args: { "p_args": Json; "p_function": string; "p_key_id": string };
        Returns: Json;
      };
      "calendar_change_notifications": { Args: { "p_kinds": Json }; Returns: Json };
      "calendar_channels_of": { Args: { "p_integration_id": string; "p_user_id": string }; Returns: Json };
      "calendar_claim": {
        Args: { "p_lanes": number; "p_lease_s": number; "p_worker": string };
        Returns: Json;
      };
      "calendar_claim_deliveries": {
        Args: { "p_lease_s": number; "p_limit": number; "p_worker": string };
        Returns: Json;
      };
      "calendar_claim_ending_channels": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_compare_events": {
        Args: { "p_events": Json; "p_integration_id": string; "p_moved"?: Json; "p_worker": string };
        Returns: Json;
      };
      "calendar_count_call": {
        Args: { "p_limit": number; "p_sync": boolean; "p_user_id": string };
        Returns: Json;
      };
      "calendar_count_password": { Args: { "p_limit": number; "p_user_id": string }; Returns: number };
      "calendar_create_feed": {
        Args: {
          "p_expires_at": string;
          "p_name": string;
          "p_settings": Json;
          "p_token_hash": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "calendar_create_key": {
        Args: {
          "p_expires_at": string;
          "p_key_id": string;
          "p_name": string;
          "p_scopes": (string)[];
          "p_secret_hash": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "calendar_create_webhook": {
        Args: { "p_types": (string)[]; "p_url": string; "p_user_id": string };
        Returns: Json;
      };
      "calendar_delete_feed": { Args: { "p_feed_id": string }; Returns: boolean };
      "calendar_delete_key": { Args: { "p_key_id": string }; Returns: boolean };
      "calendar_delete_webhook": { Args: { "p_user_id": string; "p_webhook_id": string }; Returns: boolean };
      "calendar_dismiss_notice": { Args: { "p_notice_id": string }; Returns: boolean };
      "calendar_dismiss_proposal": { Args: { "p_proposal_id": string }; Returns: Json };
      "calendar_end_flow": { Args: { "p_flow_id": string; "p_user_id": string }; Returns: undefined };
      "calendar_end_test_event": {
        Args: { "p_integration_id": string; "p_user_id": string };
        Returns: boolean;
      };
      "calendar_evidence": { Args: { "p_obligation_id": string }; Returns: Json };
      "calendar_explain": { Args: { "p_obligation_id": string }; Returns: Json };
      "calendar_feed_page": {
        Args: { "p_after": string; "p_day": string; "p_feed_id": string; "p_limit": number };
        Returns: Json;
      };
      "calendar_feeds": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_find_obligations": { Args: { "p_limit"?: number; "p_search"?: string }; Returns: Json };
      "calendar_finish_disconnect": {
        Args: { "p_integration_id": string; "p_worker": string };
        Returns: Json;
      };
      "calendar_forget_channels": {
        Args: { "p_channel_ids": (string)[]; "p_integration_id": string };
        Returns: undefined;
      };
      "calendar_forget_ending_channels": { Args: { "p_ids": (string)[] }; Returns: undefined };
      "calendar_forget_password": { Args: { "p_user_id": string }; Returns: undefined };
      "calendar_health": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_integration_of": { Args: { "p_integration_id": string; "p_user_id": string }; Returns: Json };
      "calendar_keep_counts": { Args: { "p_flushes": Json }; Returns: undefined };
      "calendar_keys": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_known_events": {
        Args: {
          "p_calendar_id": string;
          "p_integration_id": string;
          "p_is_complete": boolean;
          "p_news": Json;
          "p_worker": string;
        };
        Returns: Json;
      };
      "calendar_lock_user": {
        Args: { "p_claim": string; "p_claim_s": number; "p_user_id": string };
        Returns: boolean;
      };
      "calendar_metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_next_work": { Args: { "p_within_s": number }; Returns: number };
      "calendar_note_push": { Args: { "p_items": Json; "p_provider": string }; Returns: number };
      "calendar_notices": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_notifications": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_obligation_types": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_password_refused": {
        Args: {
          "p_error_lost": Json;
          "p_error_once": Json;
          "p_integration_id": string;
          "p_refusal_s": number;
          "p_secret": string;
        };
        Returns: Json;
      };
      "calendar_poll_feed": {
        Args: {
          "p_address": string;
          "p_address_limit": number;
          "p_client": string;
          "p_feed_limit": number;
          "p_token_hash": string;
        };
        Returns: Json;
      };
      "calendar_preferences": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_problems": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_proposals": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_read_password": { Args: { "p_calls"?: number; "p_integration_id": string }; Returns: Json };
      "calendar_reapply": { Args: { "p_integration_id": string }; Returns: number };
      "calendar_record": {
        Args: {
          "p_batch": Json;
          "p_edits"?: Json;
          "p_integration_id": string;
          "p_outcomes": Json;
          "p_worker": string;
        };
        Returns: Json;
      };
      "calendar_record_deliveries": { Args: { "p_results": Json; "p_worker": string }; Returns: undefined };
      "calendar_refresh_failed": {
        Args: { "p_claim": string; "p_error": Json; "p_integration_id": string; "p_status": string };
        Returns: undefined;
      };
      "calendar_remove_test_event": { Args: { "p_integration_id": string }; Returns: Json };
      "calendar_renew": {
        Args: { "p_integration_ids"?: (string)[]; "p_lease_s": number; "p_worker": string };
        Returns: Json;
      };
      "calendar_replay_webhook": {
        Args: { "p_since": string; "p_user_id": string; "p_webhook_id": string };
        Returns: Json;
      };
      "calendar_report_mail": {
        Args: { "p_delay_s": number; "p_tells_admin": boolean; "p_transport": string };
        Returns: undefined;
      };
      "calendar_report_push": {
        Args: { "p_any_calendar": boolean; "p_providers": (string)[]; "p_public_url": string };
        Returns: undefined;
      };
      "calendar_report_version": { Args: { "p_version": string }; Returns: undefined };
      "calendar_restore_notice": { Args: { "p_notice_id": string }; Returns: boolean };
      "calendar_resume": { Args: { "p_integration_id": string }; Returns: Json };
      "calendar_retire": { Args: { "p_flushes"?: Json; "p_worker": string }; Returns: boolean };
      "calendar_retry": { Args: { "p_integration_id": string; "p_obligation_id"?: string }; Returns: number };
      "calendar_retry_delivery": {
        Args: { "p_delivery_id": string; "p_user_id": string; "p_webhook_id": string };
        Returns: Json;
      };
      "calendar_rotate_feed": {
        Args: { "p_feed_id": string; "p_token_hash": string; "p_user_id": string };
        Returns: Json;
      };
      "calendar_rotate_key": {
        Args: {
          "p_key_id": string;
          "p_new_key_id": string;
          "p_new_secret_hash": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "calendar_rotate_webhook": { Args: { "p_user_id": string; "p_webhook_id": string }; Returns: Json };
      "calendar_save_channel": {
        Args: { "p_channel": Json; "p_integration_id": string; "p_worker": string };
        Returns: boolean;
      };
      "calendar_save_tokens": {
        Args: {
          "p_access_token": string;
          "p_claim": string;
          "p_expires_at": string;
          "p_integration_id": string;
          "p_refresh_token"?: string;
        };
        Returns: boolean;
      };
      "calendar_send_test_event": { Args: { "p_integration_id": string }; Returns: Json };
      "calendar_set_calendar": {
        Args: {
          "p_calendar_id": string;
          "p_calendar_name": string;
          "p_calendar_role": string;
          "p_integration_id": string;
          "p_is_new"?: boolean;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "calendar_status": { Args: Record<PropertyKey, never>; Returns: Json };
      "calendar_store_connection": {
        Args: {
          "p_access_token": string;
          "p_account_email": string;
          "p_account_id": string;
          "p_expires_s": number;
          "p_refresh_token": string;
          "p_scopes": (string)[];
          "p_state_id": string;
          "p_ticket_hash": string;
          "p_token_expires_at": string;
        };
        Returns: Json;
      };
      "calendar_suppress_mail": {
        Args: { "p_email": string; "p_reason": string; "p_user_id": string };
        Returns: undefined;
      };
      "calendar_sync_now": { Args: { "p_integration_id"?: string }; Returns: number };
      "calendar_take_connection": { Args: { "p_ticket_hash": string; "p_user_id": string }; Returns: Json };
      "calendar_take_state": { Args: { "p_state_id": string }; Returns: Json };
      "calendar_test_event": { Args: { "p_integration_id": string }; Returns: Json };
      "calendar_test_webhook": { Args: { "p_user_id": string; "p_webhook_id": string }; Returns: Json };
      "calendar_undo_proposal": { Args: { "p_proposal_id": string }; Returns: Json };
      "calendar_unlock_user": { Args: { "p_claim": string; "p_user_id": string }; Returns: boolean };
      "calendar_unsubscribe": { Args: { "p_kinds": (string)[]; "p_user_id": string }; Returns: undefined };
      "calendar_update_feed": {
        Args: { "p_expiry"?: Json; "p_feed_id": string; "p_name"?: string; "p_settings"?: Json };
        Returns: Json;
      };
      "calendar_update_integration": {
        Args: { "p_integration_id": string; "p_settings"?: Json; "p_sync_enabled"?: boolean };
        Returns: Json;
      };
      "calendar_update_preferences": { Args: { "p_change": Json }; Returns: Json };
      "calendar_update_webhook": {
        Args: {
          "p_enabled": boolean;
          "p_types": (string)[];
          "p_url": string;
          "p_user_id": string;
          "p_webhook_id": string;
        };
        Returns: Json;
      };
      "calendar_use_key": {
        Args: { "p_key_id": string; "p_limit": number; "p_secret_hash": string; "p_sync": boolean };
        Returns: Json;
      };
      "calendar_webhook_deliveries": {
        Args: { "p_limit": number; "p_user_id": string; "p_webhook_id": string };
        Returns: Json;
      };
      "calendar_webhooks": { Args: { "p_user_id": string }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {},
  },
} as const;
