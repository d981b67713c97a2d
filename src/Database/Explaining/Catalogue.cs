using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>Reads tables from the catalogue, each once.</summary>
internal sealed class Catalogue(NpgsqlConnection connection, string role)
{
    private readonly Dictionary<string, Relation?> known = [];

    /// <summary>A table of schema public.</summary>
    /// <exception cref="SetupException">There is none of that name.</exception>
    public async Task<Relation> Table(string name) => await Find($"public.{Statements.Name(name)}") is { Kind: 'r' or 'p' } table
        ? table
        : throw new SetupException($"There is no table \"{name}\"; there are {string.Join(", ", await Names())}.");

    /// <summary>A table or view by its qualified name, or null.</summary>
    public async Task<Relation?> Find(string sql)
    {
        if (known.TryGetValue(sql, out var found))
        {
            return found;
        }

        var facts = await connection.Query(
            row => new Relation(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetChar(3), row.GetString(4), row.GetBoolean(5),
                row.GetBoolean(6), row.GetBoolean(7), row.GetBoolean(8), row.GetBoolean(9), row.GetBoolean(10)),
            """
            select c.oid::bigint, c.relname::text, format('%I.%I', n.nspname, c.relname), c.relkind, pg_get_userbyid(c.relowner)::text,
              c.relrowsecurity, c.relforcerowsecurity, pg_has_role(r.oid, c.relowner, 'usage'), r.rolbypassrls or r.rolsuper,
              has_schema_privilege(r.oid, n.oid, 'usage'), has_table_privilege(r.oid, c.oid, 'delete')
            from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            join pg_catalog.pg_roles r on r.rolname = $2
            where c.oid = to_regclass($1)
            """, sql, role);
        return known[sql] = facts is [var fact]
            ? fact with
            {
                Columns = await Columns(fact.Oid),
                Key = await Key(fact.Oid),
                Policies = await Policies(fact.Oid),
                Triggers = await Triggers(fact.Oid),
            }
            : null;
    }

    /// <summary>The tables of schema public.</summary>
    public Task<List<string>> Names() => connection.Query(row => row.GetString(0),
        "select relname::text from pg_catalog.pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1");

    private Task<List<Column>> Columns(long table) => connection.Query(
        row => new Column(
            row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5),
            row.GetBoolean(6), row.GetBoolean(7), row.GetBoolean(8), row.GetBoolean(9), row.Text(10)),
        """
        select a.attname::text, format_type(a.atttypid, a.atttypmod), has_column_privilege($2, a.attrelid, a.attnum, 'select'),
          has_column_privilege($2, a.attrelid, a.attnum, 'insert'), has_column_privilege($2, a.attrelid, a.attnum, 'update'),
          a.atthasdef or a.attidentity <> '', a.attgenerated <> '' or a.attidentity = 'a',
          exists (select from pg_catalog.pg_constraint k where k.conrelid = a.attrelid and k.contype = 'f' and a.attnum = any (k.conkey)),
          exists (select from pg_catalog.pg_index i where i.indrelid = a.attrelid and i.indisunique and a.attnum = any (i.indkey)),
          a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid), '') like '%nextval(%',
          pg_get_expr(d.adbin, d.adrelid)
        from pg_catalog.pg_attribute a
        left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum
        """, table, role);

    private Task<List<string>> Key(long table) => connection.Query(
        row => row.GetString(0),
        """
        select a.attname::text
        from pg_catalog.pg_index i
        cross join unnest(i.indkey) with ordinality as k (attnum, n)
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = $1::oid and i.indisprimary
        order by k.n
        """, table);

    private Task<List<Policy>> Policies(long table) => connection.Query(
        row => new Policy(
            row.GetString(0),
            row.GetChar(1) switch { 'r' => Command.Select, 'a' => Command.Insert, 'w' => Command.Update, 'd' => Command.Delete, _ => null },
            row.GetBoolean(2), row.Text(3), row.Text(4), row.Text(5), row.GetString(6), row.GetBoolean(7)),
        """
        select p.polname::text, p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
          obj_description(p.oid, 'pg_policy'), (
            select string_agg(case r.oid when 0 then 'public' else pg_get_userbyid(r.oid)::text end, ', ')
            from unnest(p.polroles) as r (oid)),
          exists (select from unnest(p.polroles) as r (oid) where case r.oid when 0 then true else pg_has_role($2, r.oid, 'usage') end)
        from pg_catalog.pg_policy p
        where p.polrelid = $1::oid
        order by p.polname
        """, table, role);

    // The type's bits: pg_trigger.h.
    private Task<List<Trigger>> Triggers(long table) => connection.Query(
        row => new Trigger(
            row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5), row.GetString(6)),
        """
        select t.tgname::text, format('%I.%I', n.nspname, p.proname), (t.tgtype & 2) <> 0,
          (t.tgtype & 4) <> 0, (t.tgtype & 16) <> 0, (t.tgtype & 8) <> 0, pg_get_triggerdef(t.oid)
        from pg_catalog.pg_trigger t
        join pg_catalog.pg_proc p on p.oid = t.tgfoid
        join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where t.tgrelid = $1::oid and not t.tgisinternal and t.tgenabled <> 'D'
        order by t.tgname
        """, table);
}
