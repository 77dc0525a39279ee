import assert from "node:assert/strict";
import { ADMIN_PAGE_PATH, renderAdminPage } from "../../../local/admin-page.ts";

Deno.test("docs/operate/admin.md has the views and functions with their comments (npm run generate)", async () => {
  const page = await Deno.readTextFile(ADMIN_PAGE_PATH);
  assert.equal(page, await renderAdminPage());
  for (const row of ["| `health` ", "| `stuck_jobs` ", "| `erase_user(p_user_id, p_events, p_reason)` "]) {
    assert.ok(page.includes(row), row);
  }
});
