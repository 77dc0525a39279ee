import assert from "node:assert/strict";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const INTEGRATIONS = 1000;

testEngine("idle costs nothing", [{
  name: "at rest neither tick, sweep, nightly nor claim writes a row or rings",
  own_database: true,
  async show(engine) {
    await engine.sql`
      select vault.create_secret('http://127.0.0.1:9/', 'calendar_sync_url'), vault.create_secret('the bell', 'calendar_sync_secret')`;
    await engine.sql`
      with half as (
        -- A calendar is searched in one minute of a week, and that is no rest: theirs are half a day away.
        select case when extract(hour from now() at time zone 'UTC') < 12 then 'f' else '0' end as digit
      ), owner as (
        insert into auth.users (email) select n || '@example.com' from generate_series(1, ${INTEGRATIONS}::int) as n returning id
      )
      insert into public.calendar_integrations (id, user_id, provider, account_id, status, calendar_id)
      select overlay(gen_random_uuid()::text placing half.digit from 1 for 1)::uuid, id, 'google', id::text, 'active', 'calendar'
      from owner cross join half`;
    await engine.sql`
      insert into public.obligations (user_id, title, deadline_date)
      select id, 'Obligation ' || n, '2027-01-01' from auth.users cross join generate_series(1, 5) as n`;
    await engine.settle();
    // The database may have been prepared before midnight: the first night of a day makes its partition.
    await engine.sql`select calendar_sync.nightly()`;
    await engine.settle();
    await engine.sql`delete from net.http_request_queue`;
    const before = await engine.versions();
    await engine.sql`select calendar_sync.tick()`;
    await engine.sql`select calendar_sync.sweep_slice()`;
    await engine
      .sql`select calendar_sync.sweep('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')`;
    await engine.sql`select calendar_sync.nightly()`;
    assert.deepEqual(await engine.claim(WORKER, 8), []);
    assert.equal(await engine.retire(WORKER), false);
    assert.deepEqual(await engine.versions(), before);
  },
}]);
