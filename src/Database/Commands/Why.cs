using Npgsql;

namespace RlsChat.Database.Commands;

// make why AS=ana@… TABLE=Message ROW=…: what each policy decides about a row for a person. The row is read as the
// backup role; each policy is evaluated on it as the person, so that sub-queries on other tables use
// those tables' policies, as in the person's own statements. No value of the row is printed.
internal static class Why
{
    private const string Say = "whom, which table and which row: make why AS=ana@acme.example TABLE=Chat ROW=<its id>";

    private sealed record Policy(string Command, string Name, string? Using, string? WithCheck, string Comment);

    public static async Task<int> Run(Arguments arguments)
    {
        var (who, table, id) = (arguments.Word(Say), arguments.Word(Say), arguments.Word(Say));
        arguments.End();
        await using var target = await Target.Open();
        await using var connection = await target.Connect();
        var person = await Person.Named(connection, who);
        await using var transaction = await connection.BeginTransactionAsync();
        // One snapshot, read-only.
        await connection.Execute("set transaction isolation level repeatable read, read only");
        var row = await Row(connection, table, id);
        var policies = await Policies(connection, table, person.Role);
        var grants = await Grants(connection, table, person.Role);
        await connection.Execute($"set local role {person.Role}");
        await connection.Execute("select set_config('auth.uid', $1, true)", person.Uid?.ToString() ?? "");
        var isVisible = grants.Contains("select") && await connection.Scalar<bool>(
            $"select exists (select from public.{Statements.Name(table)} where \"id\"::text = $1)", id);
        Console.WriteLine($"{who}, as {person.Role}, {(isVisible ? "sees" : "does not see")} this row of \"{table}\".");
        Console.WriteLine($"Granted, at least on some columns: {(grants.Count == 0 ? "nothing" : string.Join(", ", grants))}. One policy of a command must say yes:\n");
        var lines = new List<string[]> { (string[])["command", "policy", "using", "with check", "because"] };
        foreach (var policy in policies)
        {
            lines.Add(
            [
                policy.Command, policy.Name, await Says(connection, table, row, policy.Using),
                await Says(connection, table, row, policy.WithCheck), policy.Comment,
            ]);
        }

        Table.Print(lines);
        return 0;
    }

    // As JSON, which the database reads back unchanged.
    private static async Task<string> Row(NpgsqlConnection connection, string table, string id)
    {
        var tables = await connection.Query(row => row.GetString(0),
            """
            select t.table_name::text
            from information_schema.tables t
            join information_schema.columns c using (table_schema, table_name)
            where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name = 'id'
            order by 1
            """);
        if (!tables.Contains(table))
        {
            throw new SetupException($"There is no table \"{table}\" with an id; there are {string.Join(", ", tables)}.");
        }

        await connection.Execute("set local role rlschat_backup");
        var found = await connection.Scalar<string>(
            $"select to_jsonb(t)::text from public.{Statements.Name(table)} t where t.\"id\"::text = $1", id);
        await connection.Execute("reset role");
        return found ?? throw new SetupException($"\"{table}\" has no row {id}.");
    }

    private static Task<List<Policy>> Policies(NpgsqlConnection connection, string table, string role) => connection.Query(
        row => new Policy(row.GetString(0), row.GetString(1), row.Text(2), row.Text(3), row.Text(4) ?? ""),
        """
        select lower(p.cmd), p.policyname || case p.permissive when 'PERMISSIVE' then '' else ' (restrictive)' end, p.qual, p.with_check,
          (select obj_description(o.oid, 'pg_policy') from pg_policy o
            where o.polrelid = format('public.%I', p.tablename)::regclass and o.polname = p.policyname)
        from pg_policies p
        where p.schemaname = 'public' and p.tablename = $1 and p.roles && array[$2::name, 'public']
        order by array_position(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALL'], p.cmd), p.policyname
        """, table, role);

    private static Task<List<string>> Grants(NpgsqlConnection connection, string table, string role) => connection.Query(
        row => row.GetString(0),
        """
        select lower(command) from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality as c (command, n)
        where has_table_privilege($2, format('public.%I', $1::text), command)
          or command <> 'DELETE' and has_any_column_privilege($2, format('public.%I', $1::text), command)
        order by n
        """, table, role);

    // The catalogue's expression refers to the row by its table's name.
    private static async Task<string> Says(NpgsqlConnection connection, string table, string row, string? expression) =>
        expression is null ? "-" : await connection.Scalar<bool>(
            $"select coalesce(({expression}), false) from jsonb_populate_record(null::public.{Statements.Name(table)}, $1::jsonb) {Statements.Name(table)}",
            row) ? "yes" : "no";
}
