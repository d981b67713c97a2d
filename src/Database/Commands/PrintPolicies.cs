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
            Terminal.Print(["policy", "rows"], await Policies(connection));
            Terminal.Print(["index that no statement has used", "size", "since"], await UnusedIndexes(connection));
        }

        Console.WriteLine();
        var findings = await Checks.Run(target.Owner);
        if (findings.Count == 0)
        {
            Console.WriteLine("db-check: no findings.");
            return 0;
        }

        Terminal.Print(
            ["finding", "remedy"],
            findings.Select(found => new[] { $"{(found.IsNote ? "note: " : "")}{found.Subject} {found.Problem}", $"{found.Remedy}\n[{found.Rule}]" }));
        return 0;
    }

    private static Task<List<string[]>> Policies(NpgsqlConnection connection) => connection.Query(
        row => new[] { row.GetString(0), row.GetString(1) },
        """
        select concat_ws(E'\n', p."table" || ' ' || p.policy, case when p.permissive then 'permissive ' else 'restrictive ' end || p.command,
            'to ' || array_to_string(p.roles, ', ')),
          concat_ws(E'\n', 'using ' || p."using", 'with check ' || p.with_check)
        from monitor.policies p
        order by p."table", p.command, p.policy
        """);

    // No finding: it depends on what has run. An index that guards a key is of use without being read.
    private static Task<List<string[]>> UnusedIndexes(NpgsqlConnection connection) => connection.Query(
        row => new[] { row.GetString(0), row.GetString(1), row.GetString(2) },
        """
        select s.indexrelid::regclass::text, pg_size_pretty(pg_relation_size(s.indexrelid)),
          coalesce((select to_char(d.stats_reset, 'YYYY-MM-DD') from pg_stat_database d where d.datname = current_database()), 'ever')
        from pg_stat_user_indexes s join pg_index i using (indexrelid)
        where s.idx_scan = 0 and not i.indisunique and not i.indisexclusion and s.schemaname in ('public', 'auth', 'app_private', 'monitor')
        order by pg_relation_size(s.indexrelid) desc, 1
        """);
}
