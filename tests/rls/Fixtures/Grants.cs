namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// What the roles that a request can take may do with a table, as text: a line "role verb columns"
/// for each grant, "*" for the whole table. What is not there is not granted.
/// </summary>
public static class Grants
{
    /// <summary>The grants on a table of schema public, effective ones (by PUBLIC and membership too).</summary>
    public static async Task<string> On(Db db, string table) => string.Join('\n', await db.List(
        $"""
        select concat_ws(' ', r, p, g)
        from pg_catalog.pg_class c,
          unnest(array['anonymous', 'regular_user']) with ordinality as roles (r, rn),
          unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
            with ordinality as verbs (p, pn),
          lateral (
            select case
              when has_table_privilege(r, c.oid, p) then '*'
              when p in ('select', 'insert', 'update', 'references') then (
                select string_agg(a.attname, ', ' order by a.attname collate "C")
                from pg_catalog.pg_attribute a
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                  and has_column_privilege(r, c.oid, a.attname, p))
            end) as granted (g)
        where c.relname = '{table}' and c.relnamespace = 'public'::regnamespace and g is not null
        order by rn, pn
        """));
}
