-- One line a grant, with what PostgreSQL grants by default: a difference reads as a sentence.
-- In this schema, because app_private.definitions() runs as the role monitor, too.
create or replace function monitor.grants_of(acl aclitem[], kind "char", owner oid)
  returns text
  language sql
  stable
  set search_path = ''
as $$
  select string_agg(format('%s may %s%s%s',
      case g.grantee when 0 then 'everybody' else g.grantee::regrole::text end,
      replace(lower(g.privilege_type), 'usage', 'use'),
      case when g.is_grantable then ' and hand it on' end,
      case when g.grantor <> owner then ', by ' || g.grantor::regrole end), E'\n'
    order by g.grantee::regrole::text collate "C", g.privilege_type, g.grantor)
  from pg_catalog.aclexplode(coalesce(acl, pg_catalog.acldefault(kind, owner))) g
$$;
grant execute on function monitor.grants_of(aclitem[], "char", oid) to monitor;
comment on function monitor.grants_of(aclitem[], "char", oid) is
  'The grants on an object, one line each.';
