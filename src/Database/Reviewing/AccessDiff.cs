using System.Text.Json.Nodes;
using Npgsql;
using RlsChat.Database.Explaining;

namespace RlsChat.Database.Reviewing;

/// <summary>An empty database, and the files to make it of.</summary>
/// <param name="Owner">The connection string of the login that owns it.</param>
/// <param name="Superuser">A superuser's.</param>
/// <param name="Scripts">The files of its commit.</param>
public sealed record ReviewedDatabase(string Owner, string Superuser, IReadOnlyList<Script> Scripts);

/// <summary>What a change of db/ does to access: both versions hold the same rows, and everyone tries every command on each row.</summary>
public static class AccessDiff
{
    private static readonly string World = ReadWorld();

    /// <summary>The cells (who, command, table) that people gain or lose, in words, and what cannot be compared.</summary>
    /// <param name="before">The old version; on the same server, since roles are the server's: it is made last.</param>
    /// <param name="after">The new version.</param>
    /// <param name="say">Hears what is being done.</param>
    public static async Task<IReadOnlyList<string>> Between(ReviewedDatabase before, ReviewedDatabase after, Action<string> say)
    {
        say("making the new database and its rows");
        await using var connection = await Make(after);
        await Run(connection, World);
        var shapes = await TableShape.Read(connection);
        var rows = await Rows(connection, shapes.Values);
        var askers = await Askers(connection);
        var standing = new Standing(rows.SelectMany(table => table), await ForeignKeys(connection), askers);
        say($"trying every command on {rows.Sum(table => table.Count())} rows as {askers.Count} people");
        var now = await Cells(connection, askers, rows, shapes);
        var functions = await Functions(connection);

        say("making the old database with the same rows");
        await using var old = await Make(before);
        var oldShapes = await TableShape.Read(old);
        var both = oldShapes.Values.Where(table => shapes.ContainsKey(table.Name)).ToDictionary(table => table.Name);
        var refused = await Copy(old, rows, both.Values);
        var oldFunctions = await Functions(old);
        say("trying the same there");
        var then = await Cells(old, askers, rows, both.Where(table => !refused.Contains(table.Key)).ToDictionary());

        return
        [
            .. Lines(standing, now.Where(cell => both.ContainsKey(cell.Row.Table) && !refused.Contains(cell.Row.Table)), then, "can now", "more"),
            .. Lines(standing, then, now, "can no longer", "fewer"),
            .. Grants(both.Values, shapes),
            .. functions.Except(oldFunctions).Select(grant => $"{grant.Role} can now execute {grant.Function}"),
            .. oldFunctions.Except(functions).Select(grant => $"{grant.Role} can no longer execute {grant.Function}"),
            .. shapes.Keys.Except(oldShapes.Keys).Order(StringComparer.Ordinal).Select(table => $"{table} is new: its rows are compared with nothing."),
            .. refused.Select(table => $"{table} is not compared: its old version does not take the rows."),
            .. both.Keys.Where(table => !rows[table].Any()).Order(StringComparer.Ordinal).Select(table => $"{table} is not compared: world.sql has no rows of it."),
        ];
    }

    private static IEnumerable<string> Lines(
        Standing standing, IEnumerable<(Asker Who, Command Command, Row Row)> cells, HashSet<(Asker Who, Command Command, Row Row)> others, string can, string compared)
    {
        var changes = cells.Where(cell => !others.Contains(cell))
            .ToLookup(cell => (Who: standing.Words(cell.Who, cell.Row), cell.Command, cell.Row.Table), cell => cell.Row);
        // Members with a permission are members, too.
        return from change in changes
               where !change.Key.Who.StartsWith(Standing.Permitted, StringComparison.Ordinal)
                   || !changes.Contains(change.Key with { Who = Standing.Member })
               let count = change.Distinct().Count()
               orderby change.Key.Table, change.Key.Command, change.Key.Who
               select $"{change.Key.Who} {can} {Verb(change.Key.Command)} {change.Key.Table}: {count} {(count == 1 ? "row" : "rows")} {compared}";
    }

    private static string Verb(Command command) => command switch
    {
        Command.Select => "read",
        Command.Insert => "add to",
        Command.Update => "change",
        _ => "delete from",
    };

    private static IEnumerable<string> Grants(IEnumerable<TableShape> before, IReadOnlyDictionary<string, TableShape> after) =>
        from table in before
        from change in new[] { (Can: "can now", Grants: after[table.Name].Grants.Except(table.Grants)), (Can: "can no longer", Grants: table.Grants.Except(after[table.Name].Grants)) }
        from grant in change.Grants.Select(grant => grant.Split(' ', 3)).OrderBy(grant => grant[2], StringComparer.Ordinal)
        group grant[2] by (table.Name, Role: grant[0], change.Can, Privilege: grant[1].ToLowerInvariant()) into columns
        orderby columns.Key
        select $"{columns.Key.Role} {columns.Key.Can} {columns.Key.Privilege} columns of {columns.Key.Name}: {string.Join(", ", columns)}";

    // Of the roles of requests, and of the logins.
    private static Task<List<(string Role, string Function)>> Functions(NpgsqlConnection connection) => connection.Query(
        row => (row.GetString(0), row.GetString(1)),
        """
        select r.rolname::text, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        cross join pg_roles r
        where n.nspname in ('public', 'auth', 'app_private', 'monitor') and p.prorettype <> 'trigger'::regtype
          and (r.rolname = any ($1) or r.rolname in ('rlschat_api', 'rlschat_auth', 'rlschat_explain', 'rlschat_live'))
          and has_schema_privilege(r.oid, n.oid, 'usage') and has_function_privilege(r.oid, p.oid, 'execute')
        order by 1, 2
        """,
        (object)TableShape.Roles);

    private static async Task<NpgsqlConnection> Make(ReviewedDatabase database)
    {
        await Migrator.Run(database.Owner, new MigrationOptions { Scripts = database.Scripts });
        return await Connections.OpenSession(database.Superuser);
    }

    private static async Task<HashSet<(Asker Who, Command Command, Row Row)>> Cells(
        NpgsqlConnection connection, IReadOnlyList<Asker> askers, ILookup<string, Row> rows, IReadOnlyDictionary<string, TableShape> tables)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        return await new AccessCells(connection).Of(askers, rows, tables);
    }

    // What the migration makes is of its own database: the canary's rows have its time.
    private static async Task<ILookup<string, Row>> Rows(NpgsqlConnection connection, IEnumerable<TableShape> tables)
    {
        var rows = new List<Row>();
        foreach (var table in tables)
        {
            rows.AddRange(await connection.Query(
                row => new Row(table.Name, row.GetString(0), JsonNode.Parse(row.GetString(1))!.AsObject()),
                $"select {table.Key}, to_jsonb(t)::text from {table.Sql} t where to_jsonb(t)::text not like '%00000000ca7a%'"));
        }

        return rows.ToLookup(row => row.Table);
    }

    private static async Task<List<string>> Copy(NpgsqlConnection connection, ILookup<string, Row> rows, IEnumerable<TableShape> tables)
    {
        var refused = new List<string>();
        await connection.Execute("set session_replication_role = replica");
        foreach (var table in tables.Where(table => rows[table.Name].Any()))
        {
            var columns = string.Join(", ", table.Columns.Where(column => rows[table.Name].First().Values.ContainsKey(column)).Select(Statements.Name));
            try
            {
                await connection.Execute(
                    $"""
                    insert into {table.Sql} ({columns}) overriding system value
                    select {columns} from jsonb_populate_recordset(null::{table.Sql}, $1::jsonb) t
                    where {table.Key} not in (select {table.Key} from {table.Sql} t)
                    """,
                    new JsonArray([.. rows[table.Name].Select(row => row.Values.DeepClone())]).ToJsonString());
            }
            catch (PostgresException)
            {
                refused.Add(table.Name);
            }
        }

        await connection.Execute("reset session_replication_role");
        return refused;
    }

    private static async Task<IReadOnlyList<Asker>> Askers(NpgsqlConnection connection) =>
    [
        .. await connection.Query(
            row => new Asker(row.GetString(0), row.Text(1), row.Text(2), row.GetString(3), row.Text(4)),
            """
            select p.id::text, u."organizationId"::text, u."managerId"::text, p.kind, p.permission
            from review.person p join public."User" u on u."id" = p.id order by p.n
            """),
        Asker.Anonymous,
    ];

    private static async Task<ILookup<string, (string[] Columns, string Parent, string[] Keys)>> ForeignKeys(NpgsqlConnection connection) =>
        (await connection.Query(
            row => (Table: row.GetString(0), Key: (Columns: row.GetFieldValue<string[]>(1), Parent: row.GetString(2), Keys: row.GetFieldValue<string[]>(3))),
            """
            select t.relname::text, array(select attname::text from pg_attribute a, unnest(k.conkey) with ordinality u (c, n) where a.attrelid = t.oid and a.attnum = c order by n),
              p.relname::text, array(select attname::text from pg_attribute a, unnest(k.confkey) with ordinality u (c, n) where a.attrelid = p.oid and a.attnum = c order by n)
            from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_class p on p.oid = k.confrelid
            where k.contype = 'f' and t.relnamespace = 'public'::regnamespace
            order by k.conname
            """)).ToLookup(row => row.Table, row => row.Key);

    private static async Task Run(NpgsqlConnection connection, string script)
    {
        foreach (var statement in SqlStatement.Split(script))
        {
            await connection.Execute(statement.Sql);
        }

        await connection.Execute("reset session_replication_role");
    }

    private static string ReadWorld()
    {
        using var reader = new StreamReader(typeof(AccessDiff).Assembly.GetManifestResourceStream("review/world.sql")!);
        return reader.ReadToEnd();
    }
}
