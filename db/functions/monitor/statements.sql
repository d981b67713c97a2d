-- pg_stat_statements puts $1 for constants, but not in every statement: utility statements keep
-- theirs (before PostgreSQL 16), and so does one whose entry was evicted while it ran. So a text is
-- shown only when it begins as a query does and holds nothing that could be a constant or a comment.
-- Definer: sees the statistics of the other roles.
create or replace function monitor.statements()
  returns table (unavailable text, role text, calls bigint, rows bigint, total_ms double precision,
    mean_ms double precision, query text)
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
declare
  place constant text := (
    select n.nspname::text from pg_catalog.pg_extension e
    join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements');
begin
  if not auth.can_view_monitoring() then
    return;
  end if;
  unavailable := case
    when place is null then 'the extension pg_stat_statements is not in this database'
    when not pg_has_role('rlschat_stats', 'pg_read_all_stats', 'usage')
      then 'rlschat_stats has not been granted pg_read_all_stats'
    when not has_schema_privilege('rlschat_stats', place, 'usage')
      then format('rlschat_stats may not use the schema %I, which holds pg_stat_statements', place)
  end;
  if unavailable is null then
    begin
      return query execute format($query$
        select null::text, coalesce(r.rolname::text, 'dropped'), s.calls, s.rows, s.total_exec_time,
          s.mean_exec_time, case
            when s.query ~* '^\s*(select|insert|update|delete|merge|with|values)\M'
              and s.query !~ $constant$['\\]|--|/\*|\$[^0-9]|(^|[^$[:alnum:]_])[.]?[0-9]$constant$
            then s.query end
        from %I.pg_stat_statements s left join pg_catalog.pg_roles r on r.oid = s.userid
        where s.toplevel and s.dbid = (
          select d.oid from pg_catalog.pg_database d where d.datname = current_database())
        order by s.total_exec_time desc limit 100
        $query$, place);
      return;
    exception when object_not_in_prerequisite_state then
      unavailable := 'pg_stat_statements is not in shared_preload_libraries';
    end;
  end if;
  return next;
end
$$;
alter function monitor.statements() owner to rlschat_stats;
grant execute on function monitor.statements() to monitor, rlschat_owner;
comment on function monitor.statements() is
  'The 100 statements that took the most time, without constants; or one row that says why not.';
