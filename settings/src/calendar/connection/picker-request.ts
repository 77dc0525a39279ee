const KEY = "ecocomply-calendar-picker";

/** Whoever grants wider access to choose a calendar finds the list open when coming back. */
export function requestPicker(integration_id: string): void {
  sessionStorage.setItem(KEY, integration_id);
}

/** @returns whether it was asked for; once */
export function takePickerRequest(integration_id: string): boolean {
  const is_asked = sessionStorage.getItem(KEY) === integration_id;
  if (is_asked) sessionStorage.removeItem(KEY);
  return is_asked;
}
