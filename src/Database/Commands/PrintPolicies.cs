using Npgsql;

namespace RlsChat.Database.Commands;

// make monitor
internal static class PrintPolicies
{
    public static async Task<int> Run(Arguments arguments)
    {
        arguments.End();
        await using var target = await Target.Open();
        await using (var connection = await target.Connect())
        {
            await connection.Execute("set role rlschat_owner");
            Table.Print(await Policies(connection));
        }

        Console.WriteLine();
        var findings = await Checks.Run(target.Owner);
        if (findings.Count == 0)
        {
            Console.WriteLine("db-check: no findings.");
            return 0;
        }

        Table.Print(
            [["finding", "rule", "object", "what", "remedy"],
            .. findings.Select(found =>
                new[] { found.IsNote ? "note" : "wrong", found.Rule, found.Subject, found.Problem, found.Remedy })]);
        return 0;
    }

    private static async Task<List<string[]>> Policies(NpgsqlConnection connection) =>
    [
        ["table", "command", "policy", "roles", "using", "with check"],
        .. await connection.Query(
            row => Enumerable.Range(0, 6).Select(column => row.Text(column) ?? "").ToArray(),
            """
            select p."table"::text, p.command, p.policy::text, array_to_string(p.roles, ', '), p."using", p.with_check
            from monitor.policies p
            order by 1, 2, 3
            """),
    ];
}
