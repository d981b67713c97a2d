using Npgsql;

namespace RlsChat.Database.Reviewing;

/// <summary>A table of schema public, and the columns that roles may read, add and change.</summary>
/// <param name="Name">Without the schema.</param>
/// <param name="Key">An expression of t for its primary key as text.</param>
/// <param name="Columns">Those that can be written.</param>
/// <param name="Grants">For example <c>regular_user UPDATE title</c>.</param>
internal sealed record TableShape(string Name, string Key, IReadOnlyList<string> Columns, IReadOnlySet<string> Grants)
{
    /// <summary>The roles of requests.</summary>
    public static readonly string[] Roles = ["anonymous", "regular_user", "monitor"];

    /// <summary>Its name in SQL.</summary>
    public string Sql => $"public.{Statements.Name(Name)}";

    /// <summary>All tables with a primary key, by name.</summary>
    public static async Task<IReadOnlyDictionary<string, TableShape>> Read(NpgsqlConnection connection) => (await connection.Query(
        row => new TableShape(row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<string[]>(3).ToHashSet()),
        """
        select c.relname::text,
          (select format('concat_ws('' '', %s)', string_agg(format('t.%I', a.attname), ', ' order by array_position(i.indkey::int2[], a.attnum)))
            from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey)),
          array(select a.attname::text from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum),
          array(select format('%s %s %s', r, p, a.attname)
            from pg_attribute a, unnest($1::text[]) r, unnest('{SELECT,INSERT,UPDATE}'::text[]) p
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and has_column_privilege(r, c.oid, a.attnum, p))
        from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        """,
        (object)Roles)).ToDictionary(table => table.Name);

    /// <summary>The columns that a role may give a new row.</summary>
    public IReadOnlyList<string> Inserts(string role) => Granted(role, "INSERT");

    /// <summary>The columns that a role may change.</summary>
    public IReadOnlyList<string> Updates(string role) => Granted(role, "UPDATE");

    private List<string> Granted(string role, string privilege) => [.. Columns.Where(column => Grants.Contains($"{role} {privilege} {column}"))];
}
