import type { Scene } from "../tests/support/scene.ts";
import { ADA } from "../tests/support/subjects/subject.ts";
import type { Row } from "./table.ts";

const USERS = 50;

/** Many users of a token that has just ended, in the API's process and the worker's. */
export async function refreshes(
  { sql, provider }: Scene,
  user: { readonly id: string; readonly api: { request(method: string, path: string): Promise<Response> } },
  integration_id: string,
): Promise<readonly Row[]> {
  const before = provider.refreshes(ADA);
  await sql`update public.calendar_integrations set token_expires_at = now() where id = ${integration_id}`;
  const answers = await Promise.all(
    Array.from(
      { length: USERS },
      () => user.api.request("GET", `/calendars?integration_id=${integration_id}`),
    ),
  );
  const served = answers.filter(({ status }) => status === 200).length;
  await Promise.all(answers.map(({ body }) => body?.cancel()));
  const made = provider.refreshes(ADA) - before;
  return [[
    `token calls for ${USERS} concurrent refreshes`,
    String(made),
    `${served} of ${USERS} were served`,
  ]];
}
