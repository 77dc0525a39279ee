import assert from "node:assert/strict";
import type { PersonEditBody } from "../../local/providers/person-edit.ts";

/** Does to an event what a person does in the provider's own app. */
export async function editAsPerson(emulator: { readonly url: string }, body: PersonEditBody): Promise<void> {
  const response = await fetch(`${emulator.url}/emulator/edit`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 204, await response.text());
}
