-- The three roles of the house. A role belongs to the whole cluster, so it may
-- already be there: made by the operator beforehand, or for another database.
-- None of them can log in by password until the operator gives it one.
do $$
begin
  if not exists (select from pg_roles where rolname = 'recueil_intake') then
    create role recueil_intake login noinherit nosuperuser nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'recueil_office') then
    create role recueil_office login noinherit nosuperuser nocreatedb nocreaterole;
  end if;
exception when duplicate_object or unique_violation then
  null; -- two databases migrated at the same moment
end $$;

-- What PostgreSQL grants to everybody, nobody has here.
do $$ begin execute format('revoke all on database %I from public', current_database()); end $$;
do $$ begin execute format('grant connect on database %I to recueil_intake, recueil_office', current_database()); end $$;
revoke all on schema public from public;
grant usage on schema public to recueil_intake, recueil_office;
alter default privileges revoke execute on functions from public;

---- create above / drop below ----

-- Roles are not dropped: other databases of the cluster may use them.
