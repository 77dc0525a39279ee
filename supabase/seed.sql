-- Demo obligations for every user that has none, around today.

insert into public.obligations
  (user_id, title, description, obligation_type, status, deadline_date, deadline_at, time_zone, url)
select demo.id, sample.title, sample.description, sample.obligation_type, sample.status,
  current_date + sample.in_days, (current_date + sample.at_day + sample.at_time) at time zone sample.time_zone,
  sample.time_zone, 'https://app.ecocomply.example/obligations/' || sample.slug
from auth.users as demo
cross join (values
  ('Air emissions report', 'Annual declaration of stack emissions.', 'report', 'pending', 14, null, null, null, 'air-report'),
  ('Waste register update', 'Quarterly entry, signed by the site manager.', 'register', 'in_progress', 7, null, null, null, 'waste-register'),
  ('Renew discharge permit', 'Apply six weeks before it ends.', 'permit', 'pending', 45, null, null, null, 'discharge-permit'),
  ('Noise measurement', 'Call with the measuring institute.', 'measurement', 'pending', null, 10, time '14:30', 'Europe/Paris', 'noise'),
  ('Hazardous substances inventory', 'REACH annex to the inventory.', 'report', 'pending', 30, null, null, null, 'reach'),
  ('Fire drill record', 'Filed.', 'record', 'completed', -3, null, null, null, 'fire-drill'),
  ('Energy audit', 'No date set yet.', 'audit', 'pending', null, null, null, null, 'energy-audit')
) as sample (title, description, obligation_type, status, in_days, at_day, at_time, time_zone, slug)
where not exists (select from public.obligations as existing where existing.user_id = demo.id);
