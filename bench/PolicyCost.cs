namespace RlsChat.Bench;

/// <summary>
/// What policies cost: each question of the API under RLS, against the same statement with the rule as WHERE, run by
/// a role that no policy applies to. Both verify once who is asking.
/// </summary>
internal static class PolicyCost
{
    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        var subjects = world.Subjects();
        await world.Execute("rlschat", """
            create role bench_owner bypassrls;
            grant usage on schema public, auth, app_private to bench_owner;
            grant all on all tables in schema public to bench_owner;
            grant execute on all functions in schema public, auth, app_private to bench_owner;
            grant bench_owner to rlschat_api;
            """);
        try
        {
            Program.Say("comparing the rows of both sides");
            foreach (var question in Questions.All.Where(question => question.Reads))
            {
                // Some ask for what somebody else may read.
                foreach (var (i, subject) in subjects.Take(80).Index())
                {
                    var values = i % 4 > 0 ? subject : subject with { Values = Mixed(subject, subjects[^(i + 1)]) };
                    report.Same($"{question.Name}, {i}", await question.WithoutPolicies(recorded[question.Name]).Ask(world.ApiConnectionString, values),
                        await recorded[question.Name].Ask(world.ApiConnectionString, values));
                }
            }

            foreach (var clients in Program.IsQuick ? [8] : new[] { 8, 1 })
            {
                foreach (var question in Questions.All.Where(question => question.Quick || !Program.IsQuick))
                {
                    await Rounds.Compare(report, Name(question, clients),
                        Tool.Pgbench(world, "by hand", question.WithoutPolicies(recorded[question.Name]), clients, subjects),
                        Tool.Pgbench(world, "policies", recorded[question.Name], clients, subjects));
                }

                await Rounds.Compare(report, $"identity: my chats, {clients} clients",
                    Tool.Pgbench(world, "by hand, believed", Questions.MyChats.WithoutPolicies(recorded[Questions.MyChats.Name], verified: ""), clients, subjects),
                    Tool.Pgbench(world, "by hand, verified", Questions.MyChats.WithoutPolicies(recorded[Questions.MyChats.Name]), clients, subjects));
            }

            Sum("by own columns", question => !question.ByParent);
            Sum("by the parent", question => question.ByParent);
            Sum("all", _ => true);
        }
        finally
        {
            await world.Execute("rlschat", "revoke bench_owner from rlschat_api");
        }

        void Sum(string what, Func<Question, bool> judged)
        {
            var names = Questions.All.Where(judged).Select(question => Name(question, 8)).ToHashSet();
            var ratios = report.Rows.Where(row => row.Side == "policies" && names.Contains(row.Question)).Select(row => row.Ratio[1]).ToList();
            report.Figures[$"{what}, 8 clients, median of the questions"] = Rounds.Quantile(ratios, 0.5);
            report.Figures[$"{what}, 8 clients, worst question"] = ratios.Max();
        }

        static string Name(Question question, int clients) => $"{question.Name}, {clients} {(clients == 1 ? "client" : "clients")}";
    }

    /// <summary>A person who asks for the rows of another one.</summary>
    private static Dictionary<string, string> Mixed(Subject who, Subject what) =>
        what.Values.ToDictionary(pair => pair.Key, pair => pair.Key is "person" or "secret" ? who.Values[pair.Key] : pair.Value);
}
