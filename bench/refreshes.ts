import { openScene } from "../tests/support/scene.ts";
import { ADA } from "../tests/support/subjects/subject.ts";
import type { Row } from "./table.ts";

const USERS = 50;

/** Many users of a token that has just ended, in the API's process. */
export async function refreshes(): Promise<readonly Row[]> {
  const scene = await openScene();
  try {
    const { api, integration } = await scene.connectedUser();
    const before = scene.provider.refreshes(ADA);
    await scene
      .sql`update public.calendar_integrations set token_expires_at = now() where id = ${integration.id}`;
    const answers = await Promise.all(
      Array.from({ length: USERS }, () => api.request("GET", `/calendars?integration_id=${integration.id}`)),
    );
    const served = answers.filter(({ status }) => status === 200).length;
    await Promise.all(answers.map(({ body }) => body?.cancel()));
    return [[
      `token calls for ${USERS} concurrent refreshes`,
      String(scene.provider.refreshes(ADA) - before),
      `${served} of ${USERS} were served`,
    ]];
  } finally {
    await scene.close();
  }
}
