-- The roles that processes work as. They belong to the server, so they may exist: another database of it has made them, or a
-- superuser has run roles.sql, as where the owner of this database may not create roles. No migration needs a superuser;
-- the rights that only a superuser can give are in roles.sql.
do $$
declare
  name text;
begin
  foreach name in array array['accrual_relay', 'accrual_analytics', 'accrual_audit', 'accrual_notification'] loop
    if to_regrole(name) is null then
      begin
        execute format('create role %I nologin', name);
      exception when duplicate_object or unique_violation then
        null; -- made in the meantime for another database
      end;
    end if;
    -- The consumers' user works as these roles. Since PostgreSQL 16 a role's creator does not, unless it is made a member.
    if not pg_has_role(name, 'SET') then
      begin
        execute format('grant %I to current_user with set true, inherit false', name);
      exception when insufficient_privilege then
        raise notice '% may not SET ROLE %: have a superuser run roles.sql', current_user, name;
      end;
    end if;
  end loop;
  if not (select rolreplication from pg_roles where rolname = 'accrual_relay') then
    raise notice 'accrual_relay has no REPLICATION: have a superuser run roles.sql';
  end if;
end $$;
