namespace RlsChat.Bench;

/// <summary>What it costs that the database verifies who is asking: two databases that differ in <c>auth.uid()</c> alone.</summary>
internal static class Identity
{
    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        await world.Copy("rlschat", "bench_believing");
        await world.Execute("bench_believing", SeedPolicies.Believing);
        var subjects = world.Subjects();
        foreach (var question in new[] { Questions.MyChats, Questions.OrganizationChats, Questions.MessagesOfChat, Questions.NewMessage })
        {
            foreach (var clients in Program.IsQuick ? [8] : new[] { 1, 8 })
            {
                await Rounds.Compare(report, $"{question.Name}, {clients} {(clients == 1 ? "client" : "clients")}",
                    Tool.Pgbench(world, "believed", recorded[question.Name], clients, subjects, "bench_believing"),
                    Tool.Pgbench(world, "verified", recorded[question.Name], clients, subjects));
            }
        }
    }
}
