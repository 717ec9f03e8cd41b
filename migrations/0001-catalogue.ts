import type { Knex } from 'knex'

export const name = '0001-catalogue'

/** Who exists, who may act, and what can be applied for. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table unit (
      code text primary key,
      name text not null,
      name_en text not null,
      uscc text,
      level text not null check (level in ('4', '5', '6')),
      parent_code text references unit (code)
    );

    create table post (
      code text primary key,
      name text not null,
      name_en text not null
    );

    create table person (
      id uuid primary key default gen_random_uuid(),
      subject text not null unique,
      staff_no text not null unique,
      name text not null,
      active boolean not null default true
    );
    comment on column person.subject is 'sub claim of the OIDC issuer';

    create table person_post (
      person_id uuid not null references person (id),
      unit_code text not null references unit (code),
      post_code text not null references post (code),
      valid_from date not null default current_date,
      valid_until date,
      primary key (person_id, unit_code, post_code)
    );

    create table item (
      code text primary key,
      name text not null,
      name_en text not null,
      state text not null default 'active' check (state in ('active', 'suspended')),
      suspended_reason text
    );

    create table item_version (
      id bigint generated always as identity primary key,
      item_code text not null references item (code),
      version integer not null check (version > 0),
      sha256 text not null,
      package jsonb not null,
      form jsonb not null,
      form_schema jsonb not null,
      flow text not null,
      steps jsonb not null,
      state text not null default 'deploying' check (state in ('deploying', 'published', 'refused')),
      engine_definition_id text,
      refusal text,
      created_by text not null,
      created_at timestamptz not null,
      published_at timestamptz,
      unique (item_code, version),
      unique (item_code, sha256),
      check ((state = 'published') = (engine_definition_id is not null))
    );
    comment on column item_version.sha256 is 'over the sorted list of path and sha256 of every file of the package';

    create table item_version_file (
      item_version_id bigint not null references item_version (id),
      path text not null,
      sha256 text not null,
      content bytea not null,
      primary key (item_version_id, path)
    );

    create table step_right (
      item_code text not null references item (code),
      unit_code text not null references unit (code),
      step text not null,
      post_code text not null references post (code),
      primary key (item_code, unit_code, step, post_code)
    );
    comment on table step_right is 'item x unit x step: holders of the post at the unit may act at the step; * = every step';

    create table designer_right (
      post_code text primary key references post (code)
    );

    create table remedy (
      id bigint generated always as identity primary key,
      unit_code text not null references unit (code),
      reconsideration_organ text not null,
      court text not null,
      valid_from date not null,
      valid_until date
    );

    create or replace function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
    end $$;

    create or replace function keep_version_content() returns trigger language plpgsql as $$
    begin
      if (old.item_code, old.version, old.sha256, old.package, old.form, old.form_schema, old.flow, old.steps)
         is distinct from
         (new.item_code, new.version, new.sha256, new.package, new.form, new.form_schema, new.flow, new.steps)
         or old.state = 'published' and new.state <> 'published' then
        raise exception 'a published item version is immutable' using errcode = 'restrict_violation';
      end if;
      return new;
    end $$;

    create trigger item_version_immutable before update on item_version
      for each row execute function keep_version_content();
    create trigger item_version_no_delete before delete on item_version
      for each row execute function refuse_change();
    create trigger item_version_file_immutable before update or delete on item_version_file
      for each row execute function refuse_change();
  `)
}
