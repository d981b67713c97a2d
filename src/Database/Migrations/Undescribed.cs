using Npgsql;

namespace RlsChat.Database;

/// <summary>An object of our schemas, or a role of ours, that no file of db/ describes.</summary>
/// <param name="Kind">routine, view, trigger, policy or role.</param>
/// <param name="Schema">Where it is; of a role ''.</param>
/// <param name="Name">Its name, without its table or arguments.</param>
/// <param name="Title">The object in words, for example <c>function auth.uid()</c>.</param>
/// <param name="Drop">The statement that drops it.</param>
/// <param name="IsOurs">True when a role of ours owns it: migrations drop nothing of anybody else.</param>
internal sealed record Undescribed(string Kind, string Schema, string Name, string Title, string Drop, bool IsOurs)
{
    /// <summary>Those of the catalogue. Needs an empty search_path.</summary>
    public static Task<List<Undescribed>> Find(NpgsqlConnection connection, IReadOnlyList<Script> scripts) =>
        Find(connection, [.. Declarations.Of(scripts)]);

    internal static Task<List<Undescribed>> Find(NpgsqlConnection connection, IReadOnlyList<Declaration> said) =>
        connection.Query(
            row => new Undescribed(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5)),
            """
            with said as (
              select s.kind, s.schema, s.name, s.dropped, s.place, case when s.kind <> 'routine' then s.detail
                else coalesce((
                  select string_agg(coalesce(to_regtype(a.type)::oid::text, '?'), ' ' order by a.place)
                  from unnest(string_to_array(s.detail, chr(31))) with ordinality a (type, place)), '') end as detail
              from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[])
                with ordinality s (kind, schema, name, detail, dropped, place)
            ), described as (
              select kind, schema, name, detail from said
              group by kind, schema, name, detail
              having max(place) filter (where not dropped) > coalesce(max(place) filter (where dropped), 0)
            ), installed as (
              select 'trigger' as kind, c.relnamespace as space, t.tgname as name, c.relname::text as detail,
                format('trigger %I on %s', t.tgname, c.oid::regclass) as title, c.relowner as owner,
                'pg_trigger'::regclass as class, t.oid
              from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
              where not t.tgisinternal and t.tgparentid = 0
              union all
              select 'policy', c.relnamespace, p.polname, c.relname,
                format('policy %I on %s', p.polname, c.oid::regclass), c.relowner, 'pg_policy'::regclass, p.oid
              from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid
              union all
              select 'view', c.relnamespace, c.relname, '',
                format('%s %s', case c.relkind when 'v' then 'view' else 'materialized view' end, c.oid::regclass),
                c.relowner, 'pg_class'::regclass, c.oid
              from pg_catalog.pg_class c where c.relkind in ('v', 'm')
              union all
              select 'routine', p.pronamespace, p.proname, p.proargtypes::text,
                format('%s %s', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate'
                  else 'function' end, p.oid::regprocedure), p.proowner, 'pg_proc'::regclass, p.oid
              from pg_catalog.pg_proc p
            )
            select i.kind, n.nspname::text, i.name::text, i.title, 'drop ' || i.title,
              pg_has_role('rlschat_owner', i.owner, 'member')
            from installed i join pg_catalog.pg_namespace n on n.oid = i.space
            where n.nspname = any($6)
              and not exists (
                select from described d
                where d.kind = i.kind and d.schema = n.nspname and d.name = i.name
                  -- A type that cannot be looked up: each function of the name counts as described.
                  and (d.detail = i.detail or d.kind = 'routine' and strpos(d.detail, '?') > 0))
              and not exists (
                select from pg_catalog.pg_depend e
                where e.classid = i.class and e.objid = i.oid and e.deptype = 'e')
            order by array_position(array['trigger', 'policy', 'view', 'routine'], i.kind), i.title collate "C"
            """,
            said.Select(d => d.Kind).ToArray(), said.Select(d => d.Schema).ToArray(), said.Select(d => d.Name).ToArray(),
            said.Select(d => d.Detail).ToArray(), said.Select(d => d.IsDrop).ToArray(), MigrationRun.Schemas);

    /// <summary>The roles that files made which were applied to this database and are gone; nobody else's.</summary>
    public static async Task<List<Undescribed>> Roles(
        NpgsqlConnection connection, IReadOnlyList<Script> scripts, IEnumerable<string> applied)
    {
        var gone = applied.Select(Declarations.Role).OfType<string>().Except(Declarations.Roles(scripts), StringComparer.Ordinal);
        return await connection.Query(
            row => new Undescribed("role", "", row.GetString(0), $"role {row.GetString(1)}", $"drop role {row.GetString(1)}", true),
            "select rolname::text, quote_ident(rolname) from pg_catalog.pg_roles where rolname = any($1) order by 1",
            (object)gone.ToArray());
    }
}
