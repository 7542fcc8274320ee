-- Rebuilding a projection while it serves: a second version of its schema is filled from the topics' beginning beside it,
-- and takes its place in one transaction once it has caught up. The one before is kept for a way back.
--
-- A version is a whole schema: NAME serves, NAME_next is being filled, NAME_old served before. Renaming schemas keeps
-- every statement as it is, whichever version it meets, and takes no lock that a reader would notice.

create table ops.rebuild (
  rebuild_id    uuid        primary key default uuidv7(),
  projection    text        not null check (projection ~ '^[a-z]+$'),
  -- beginning: new tables. previous: the ones that served before, brought up to date: the way back.
  source        text        not null check (source in ('beginning', 'previous')),
  state         text        not null default 'filling' check (state in ('filling', 'switched', 'cancelled')),
  asked_by      text        not null,
  asked_at      timestamptz not null default clock_timestamp(),
  request_id    text        unique,
  -- Events applied in the version that serves, and in the new one, when last looked at.
  events_total  bigint      not null default 0,
  events_done   bigint      not null default 0,
  -- What keeps it from going on; empty if nothing does.
  trouble       text        not null default '',
  finished_at   timestamptz,
  check ((state = 'filling') = (finished_at is null))
);
create unique index rebuild_one_at_a_time on ops.rebuild (projection) where state = 'filling';
comment on table ops.rebuild is 'Rebuilds of projections, under way and past; see ops.projections.';

-- The same tables, functions, triggers, views and grants in another schema, empty.
create function ops.clone_schema(p_from text, p_to text) returns void language plpgsql as $$
declare
  r      record;
  within text := format('\m%s\.', p_from);
  there  text := format('%s.', p_to);
begin
  execute format('create schema %I', p_to);
  for r in select grantee::regrole as role, privilege_type as privilege
             from pg_namespace, aclexplode(nspacl)
            where nspname = p_from and grantee <> 0 and grantee <> nspowner loop
    execute format('grant %s on schema %I to %s', r.privilege, p_to, r.role);
  end loop;
  for r in select p.oid from pg_proc p where p.pronamespace = p_from::regnamespace order by p.oid loop
    execute regexp_replace(pg_get_functiondef(r.oid), within, there, 'g');
  end loop;
  for r in select c.oid, c.relname, c.reloptions from pg_class c
            where c.relnamespace = p_from::regnamespace and c.relkind = 'r' order by c.oid loop
    execute format('create table %I.%I (like %I.%I including all)%s', p_to, r.relname, p_from, r.relname,
                   case when r.reloptions is not null then ' with (' || array_to_string(r.reloptions, ', ') || ')' end);
    execute coalesce((select string_agg(regexp_replace(pg_get_triggerdef(t.oid), within, there, 'g'), '; ')
                        from pg_trigger t where t.tgrelid = r.oid and not t.tgisinternal), 'select');
  end loop;
  for r in select c.oid, c.relname from pg_class c
            where c.relnamespace = p_from::regnamespace and c.relkind = 'v' order by c.oid loop
    execute format('create view %I.%I as %s', p_to, r.relname,
                   regexp_replace(pg_get_viewdef(r.oid), within, there, 'g'));
  end loop;
  -- "including all" copies the comments of a table's columns only.
  for r in select format('%s %I.%I', case c.relkind when 'v' then 'view' else 'table' end, p_to, c.relname) as thing,
                  obj_description(c.oid, 'pg_class') as meaning
             from pg_class c where c.relnamespace = p_from::regnamespace and c.relkind in ('r', 'v')
           union all
           select format('column %I.%I.%I', p_to, c.relname, a.attname), col_description(c.oid, a.attnum)
             from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
            where c.relnamespace = p_from::regnamespace and c.relkind = 'v' loop
    execute format('comment on %s is %L', r.thing, r.meaning);
  end loop;
  for r in select c.relname, grantee::regrole as role, privilege_type as privilege
             from pg_class c, aclexplode(c.relacl)
            where c.relnamespace = p_from::regnamespace and c.relkind in ('r', 'v') and grantee <> 0
              and grantee <> c.relowner loop
    execute format('grant %s on %I.%I to %s', r.privilege, p_to, r.relname, r.role);
  end loop;
end $$;

-- Begins a rebuild. Fails with unique_violation while another of the projection is under way, with no_data_found if
-- there is no way back.
create function ops.start_rebuild(p_projection text, p_source text, p_who text, p_request_id text default null)
returns uuid language plpgsql as $$
declare
  made uuid;
  next text := p_projection || '_next';
  old  text := p_projection || '_old';
begin
  insert into ops.rebuild (projection, source, asked_by, request_id)
  values (p_projection, p_source, p_who, p_request_id) returning rebuild_id into made;
  -- Left over from one that was cancelled.
  execute format('drop schema if exists %I cascade', next);
  delete from deadletter.letter where consumer = next;
  delete from deadletter.stream where consumer = next;
  delete from ops.consumer_offset where consumer = next;
  if p_source = 'previous' then
    if to_regnamespace(old) is null then
      raise exception 'no version served before this one' using errcode = 'no_data_found';
    end if;
    execute format('alter schema %I rename to %I', old, next);
  else
    perform ops.clone_schema(p_projection, next);
  end if;
  return made;
end $$;

-- Gives a rebuild up; the version that serves goes on. Answers whether it was under way. Of a way back the tables are
-- kept for another try.
create function ops.cancel_rebuild(p_rebuild_id uuid) returns boolean language plpgsql as $$
declare
  r ops.rebuild;
begin
  update ops.rebuild set state = 'cancelled', finished_at = clock_timestamp()
   where rebuild_id = p_rebuild_id and state = 'filling' returning * into r;
  if not found then
    return false;
  end if;
  if r.source = 'previous' then
    execute format('alter schema %I rename to %I', r.projection || '_next', r.projection || '_old');
  else
    execute format('drop schema %I cascade', r.projection || '_next');
  end if;
  delete from deadletter.letter where consumer = r.projection || '_next';
  delete from deadletter.stream where consumer = r.projection || '_next';
  return true;
end $$;

-- Streams of which the version that serves has applied more than the new one, which has not parked them.
create function ops.streams_behind(p_projection text) returns bigint language plpgsql as $$
declare
  behind bigint;
begin
  execute format(
    'select count(*) from %1$I.applied s left join %2$I.applied n using (topic, key)
      where coalesce(n.version, 0) < s.version
        and not exists (select from deadletter.stream d
                         where d.consumer = %2$L and d.topic = s.topic and d.key = s.key)',
    p_projection, p_projection || '_next') into behind;
  return behind;
end $$;

-- Puts the new version in the serving one's place if it has caught up; answers whether it did. While this looks, the
-- consumer waits with what is new (a second at most); readers notice nothing.
create function ops.switch_version(p_rebuild_id uuid) returns boolean language plpgsql as $$
declare
  r     ops.rebuild;
  next  text;
  old   text;
  v     record;
  tries int := 0;
begin
  select * into r from ops.rebuild where rebuild_id = p_rebuild_id and state = 'filling' for update skip locked;
  if not found then
    return false;
  end if;
  next := r.projection || '_next';
  old := r.projection || '_old';
  execute format(
    'update ops.rebuild set events_total = (select coalesce(sum(version), 0) from %I.applied),
                            events_done = (select coalesce(sum(version), 0) from %I.applied)
      where rebuild_id = $1', r.projection, next) using p_rebuild_id;
  -- Far behind: nobody has to wait for that.
  if ops.streams_behind(r.projection) > 1000 then
    return false;
  end if;
  execute format('lock table %I.applied in exclusive mode', r.projection);
  while ops.streams_behind(r.projection) > 0 loop
    tries := tries + 1;
    if tries > 40 then
      return false;
    end if;
    perform pg_sleep(0.025);
  end loop;

  -- Views elsewhere, such as those in ops, hold on to tables and not to names: they are made again after the switch.
  create temporary table if not exists rebuild_views (name text, definition text) on commit drop;
  insert into pg_temp.rebuild_views
  select distinct format('%I.%I', n.nspname, c.relname), pg_get_viewdef(c.oid)
    from pg_class t join pg_depend d on d.refobjid = t.oid and d.refclassid = 'pg_class'::regclass
    join pg_rewrite w on w.oid = d.objid and d.classid = 'pg_rewrite'::regclass
    join pg_class c on c.oid = w.ev_class join pg_namespace n on n.oid = c.relnamespace
   where t.relnamespace = r.projection::regnamespace and c.relnamespace <> t.relnamespace;
  execute format('alter schema %I rename to %I', r.projection, r.projection || '_leaving');
  execute format('alter schema %I rename to %I', next, r.projection);
  for v in select * from pg_temp.rebuild_views loop
    execute format('create or replace view %s as %s', v.name, v.definition);
  end loop;
  execute format('drop schema if exists %I cascade', old);
  execute format('alter schema %I rename to %I', r.projection || '_leaving', old);

  perform ops.take_over_dead_letters(r.projection, next);
  update ops.rebuild set state = 'switched', finished_at = clock_timestamp(), trouble = '',
                         events_done = events_total
   where rebuild_id = p_rebuild_id;
  return true;
end $$;

-- What only the new version has parked stands for the projection now. What it has got past is tried again, finds that it
-- has been applied, and is let go.
create function ops.take_over_dead_letters(p_projection text, p_next text) returns void language plpgsql as $$
declare
  past uuid[];
begin
  past := (select array_agg(p.letter_id) from deadletter.parked p
            where p.consumer = p_projection
              and not exists (select from deadletter.stream n
                               where n.consumer = p_next and n.topic = p.topic and n.key = p.key)
              and not exists (select from deadletter.redrive_letter x
                               where x.letter_id = p.letter_id and x.state = 'pending'));
  if past is not null then
    perform deadletter.start_redrive(past, 'rebuild', 1000);
  end if;
  delete from deadletter.letter n
   where n.consumer = p_next
     and exists (select from deadletter.letter l
                  where l.consumer = p_projection and l.topic = n.topic and l.topic_id = n.topic_id
                    and l.partition = n.partition and l."offset" = n."offset" and l.state = 'parked');
  delete from deadletter.letter l using deadletter.letter n
   where n.consumer = p_next and l.consumer = p_projection and l.topic = n.topic and l.topic_id = n.topic_id
     and l.partition = n.partition and l."offset" = n."offset";
  update deadletter.letter set consumer = p_projection where consumer = p_next;
  insert into deadletter.stream (consumer, topic, key, gate_schema, cause, parked_at)
  select p_projection, topic, key, p_projection, cause, parked_at from deadletter.stream where consumer = p_next
  on conflict do nothing;
  delete from deadletter.stream where consumer = p_next;
end $$;

-- One row a projection that can be rebuilt.
create function ops.projection_progress(p_projection text, out streams bigint, out events bigint) language plpgsql stable
as $$
begin
  execute format('select count(*), coalesce(sum(version), 0) from %I.applied', p_projection) into streams, events;
end $$;

create view ops.projections as
select p.name as projection, g.streams, g.events,
       (select count(*) from deadletter.stream d where d.consumer = p.name) as streams_parked,
       to_regnamespace(p.name || '_old') is not null as has_previous,
       r.rebuild_id, r.state as rebuild_state, r.events_done, r.events_total, r.trouble, r.asked_by, r.asked_at,
       r.finished_at
  from (values ('projection'), ('analytics')) as p (name)
 cross join lateral ops.projection_progress(p.name) g
  left join lateral (select * from ops.rebuild r where r.projection = p.name order by asked_at desc limit 1) r on true;
comment on view ops.projections is 'Projections, how much they have applied, and the last rebuild of each.';

-- How far each consumer is, as its processes last reported every 5 s; ops.consumer_offset is exact.
create table ops.consumer_partition (
  consumer   text        not null,
  topic      text        not null,
  partition  int         not null,
  -- Of the next record to take in, and of the next to be written, when last looked at.
  position   bigint      not null,
  log_end    bigint      not null,
  process    text        not null,
  seen_at    timestamptz not null,
  primary key (consumer, topic, partition)
);
create view ops.consumer_lag as
select consumer, topic, partition, position, log_end, greatest(log_end - position, 0) as lag, process, seen_at,
       extract(epoch from clock_timestamp() - seen_at) as seen_seconds_ago
  from ops.consumer_partition;
comment on view ops.consumer_lag is
  'Records not taken in yet, by consumer and partition. seen_seconds_ago above 30: no process has the partition now.';
