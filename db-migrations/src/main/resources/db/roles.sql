-- Rights that only a superuser can give. Provision runs this where it works as a superuser. Otherwise a superuser, or the
-- administrator of a managed server, runs it in Accrual's database, once, before or after the migrations; running it again
-- changes nothing. Then run provision as the database's owner.
--
-- Amazon RDS, in place of "alter role … replication": grant rds_replication to accrual_relay. Where the provider allows no
-- change to pg_logical_emit_message, any role can write messages into the WAL; a very large one fills the relay's memory.

-- The owner of the database works as the consumers' roles, and makes the slot as accrual_relay.
do $$
declare
  name  text;
  owner name := (select datdba::regrole from pg_database where datname = current_database());
begin
  foreach name in array array['accrual_relay', 'accrual_analytics', 'accrual_audit', 'accrual_notification'] loop
    if to_regrole(name) is null then
      execute format('create role %I nologin', name);
    end if;
    if not pg_has_role(owner, name, 'SET') then
      execute format('grant %I to %I with set true, inherit false', name, owner);
    end if;
  end loop;
end $$;

-- The relay reads a replication slot.
alter role accrual_relay replication;

-- With it each heartbeat frees the WAL that the slot keeps; without it an idle slot keeps up to 15 s of WAL.
grant execute on function pg_log_standby_snapshot() to accrual_relay;

-- A logical message travels through every slot of the database, whole and in memory: only the relay, for its heartbeats,
-- should write any.
revoke execute on function pg_logical_emit_message(boolean, text, text, boolean),
                           pg_logical_emit_message(boolean, text, bytea, boolean) from public;
grant execute on function pg_logical_emit_message(boolean, text, text, boolean),
                          pg_logical_emit_message(boolean, text, bytea, boolean) to accrual_relay;
