namespace RlsChat.Bench;

/// <summary>
/// Our policies against those of the seed document, on the same data: with our auth.uid(), which verifies, and with one
/// that believes the setting, as the seed's does.
/// </summary>
internal static class SeedPolicies
{
    /// <summary>auth.uid() of an application that believes the setting.</summary>
    public const string Believing = """
        create or replace function auth.uid() returns uuid language sql stable parallel safe
        as $$ select nullif(current_setting('auth.uid', true), '')::uuid $$;
        """;

    private const int Clients = 8;

    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        await world.Copy("rlschat", "bench_seed");
        await world.Execute("bench_seed", World.Resource("seed.sql"));
        await world.Copy("bench_seed", "bench_seed_believing");
        await world.Execute("bench_seed_believing", Believing);
        var identity = recorded[Questions.MyChats.Name].Statements[0];
        (string Name, Batch Batch)[] asked =
        [
            .. Questions.All.Where(question => question is { Reads: true, Line: not "GET /me" } && (question.Quick || !Program.IsQuick)
                && !question.Line.Contains("/organizations/", StringComparison.Ordinal) && !question.Name.StartsWith("organization's doc", StringComparison.Ordinal))
                .Select(question => (question.Name, recorded[question.Name])),
            ("newest 20 chats of all", new Batch([identity, """
                select "id", "title", "createdAt" from public."Chat" order by "createdAt" desc, "id" desc limit 20
                """])),
            ("how many chats", new Batch([identity, """select count(*) from public."Chat" """])),
        ];
        var subjects = world.Subjects();
        foreach (var (name, batch) in asked)
        {
            foreach (var subject in subjects.Take(5))
            {
                report.Same($"{name}, seed's policies", await batch.Ask(world.ApiConnectionString, subject),
                    await batch.Ask(world.ApiConnectionString.Replace("=rlschat;", "=bench_seed_believing;", StringComparison.Ordinal), subject));
            }

            await Rounds.Compare(report, name, Tool.Pgbench(world, "ours", batch, Clients, subjects),
                Tool.Pgbench(world, "seed's, same auth.uid()", batch, Clients, subjects, "bench_seed"),
                Tool.Pgbench(world, "seed's, believing auth.uid()", batch, Clients, subjects, "bench_seed_believing"));
        }
    }
}
