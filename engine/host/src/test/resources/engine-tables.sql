-- The two tables the host expects in its schema. In an installation they come from migrations/ (npm run
-- db:migrate); this copy only serves trials and tests of the host alone.
create table engine_event (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default clock_timestamp(),
  process_instance_id text not null,
  events jsonb not null
);
create table engine_start (
  business_key text primary key,
  process_instance_id text not null,
  at timestamptz not null default now()
);
