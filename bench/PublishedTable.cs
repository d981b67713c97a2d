namespace RlsChat.Bench;

/// <summary>
/// The table of Supabase's performance recommendations (github.com/GaryAustin1/RLS-Performance, by the numbers of its
/// tests), counting a table of 100,000 rows: our form, with our verified identity, beside the naive one, with Supabase's
/// auth.uid(), which reads a setting. Each form is the policy of a role of its own.
/// </summary>
internal static class PublishedTable
{
    private static readonly (string Test, string Naive, string Ours)[] Tests =
    [
        ("1 index", "auth.uid() = user_id", "(select auth.uid()) = user_id"),
        ("2a auth.uid()", "auth.uid() = user_id", "(select auth.uid()) = user_id"),
        ("2b is_admin()", "is_admin()", "(select is_admin())"),
        ("2c is_admin() or own", "is_admin() or auth.uid() = user_id", "(select is_admin()) or (select auth.uid()) = user_id"),
        ("2d has_role() = role", "has_role() = role", "(select has_role()) = role"),
        ("2e one of my teams", "team_id = any (user_teams())", "team_id = any ((select user_teams())::int[])"),
        ("3 filter", "auth.uid() = user_id", "(select auth.uid()) = user_id"),
        ("5 join", "auth.uid() in (select u.user_id from bench.team_user u where u.team_id = t.team_id)",
            "team_id in (select u.team_id from bench.team_user u where u.user_id = (select auth.uid()))"),
        ("6 to a role", "auth.uid() = user_id", "(select auth.uid()) = user_id"),
    ];

    private static readonly string[] Functions = ["is_admin", "has_role", "user_teams"];

    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        await world.Copy("bench_empty", "bench_published");
        await world.Execute("bench_published", $"set bench.rows = {(Program.IsQuick ? 10_000 : 100_000)}; {World.Resource("published.sql")}");
        var identity = recorded[Questions.MyChats.Name].Statements[0];
        Subject person = new(0, 0, new Dictionary<string, string> { ["person"] = World.Id("person", 0), ["secret"] = 0.ToString("D42", null) + "A" });
        foreach (var ((test, naive, ours), number) in Tests.Select((test, number) => (test, number)))
        {
            var indexed = test.StartsWith('1') || test.StartsWith('3');
            await Rounds.Compare(report, test, await Side("ours", ours, indexed), await Side("naive", naive.Replace("auth.uid", "bench.uid", StringComparison.Ordinal), false));

            async Task<Side> Side(string name, string rule, bool hasIndex)
            {
                var (role, table) = ($"bench_{number}_{name}", hasIndex ? "indexed" : "plain");
                var schema = name == "ours" ? "bench_ours" : "bench";
                var functions = Functions.Aggregate(rule, (text, f) => text.Replace($"{f}()", $"{schema}.{f}()", StringComparison.Ordinal));
                // 6: strangers ask; the naive policy is everybody's, ours is for people.
                var stranger = test.StartsWith('6');
                await world.Execute("bench_published", $"""
                    create role {role}; grant {role} to rlschat_api; grant usage on schema bench, bench_ours, auth to {role};
                    grant select on bench.{table} to {role}; grant select on bench.team_user to {role};
                    grant execute on all functions in schema bench, bench_ours to {role}; grant execute on function auth.uid() to {role};
                    {(stranger && name == "ours" ? "" : $"create policy {role} on bench.{table} to {role} using ({functions.Replace("t.team_id", $"{table}.team_id", StringComparison.Ordinal)});")}
                    """);
                var filter = test.StartsWith('3') && name == "ours" ? "where user_id = :person::uuid" : "";
                return Tool.Pgbench(world, name, new Batch(
                    [identity with { Text = identity.Text.Replace("'regular_user'", $"'{role}'", StringComparison.Ordinal) }, $"select count(*) from bench.{table} {filter}"]),
                    1, [person], "bench_published");
            }
        }
    }
}
