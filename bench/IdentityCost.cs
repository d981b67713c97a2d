namespace RlsChat.Bench;

/// <summary>
/// The command <c>identity</c>: what a request costs more because the database verifies who is asking. The same
/// world stands in two databases that differ in <c>auth.uid()</c> alone, and they take turns.
/// </summary>
internal static class IdentityCost
{
    /// <summary>As the application did that this system replaces: whatever the setting says.</summary>
    private const string Believing = """
        create or replace function auth.uid() returns uuid language sql stable parallel safe
        as $$ select nullif(current_setting('auth.uid', true), '')::uuid $$;
        """;

    private static readonly Question[] Asked =
    [
        new("my chats, as the API asks", About.Everything, Chats("""c."userId" = (select auth.uid())"""), ""),
        new("my organization's chats", About.Everything, Chats("""c."organizationId" = (select auth.organization_id())"""), ""),
        new("a chat", About.Chat, """select "id", "title", "visibility", "userId" from public."Chat" where "id" = $1""", ""),
        Questions.Reads[1],
    ];

    public static async Task<int> Run(TimeSpan time)
    {
        await using var world = await World.Make();
        var subjects = await world.Subjects();
        Policies.Say("copying the database, believing auth.uid");
        var believing = await world.Copy("bench_believing", Believing);
        await using var bare = await Asker.Open(believing, new Form("bare", "") { IsShipped = true, Verified = false });
        await using var verified = await Asker.Open(world.ApiConnectionString, new Form("verified", "") { IsShipped = true });

        Console.WriteLine("""
            | question                        | bare, µs | verified, µs | slower by | middle half of pairs |
            | :------------------------------ | -------: | -----------: | --------: | -------------------: |
            """);
        foreach (var question in Asked)
        {
            Policies.Say($"measuring: {question.Name}");
            var figures = await Turns.Measure(question, [bare, verified], subjects, time / Asked.Length);
            var ratios = figures[1].RatiosTo(figures[0]);
            Console.WriteLine(
                $"| {question.Name,-31} | {figures[0].Median,8:n0} | {figures[1].Median,12:n0} | {ratios[ratios.Count / 2] - 1,9:p0} "
                + $"| {$"{ratios[ratios.Count / 4] - 1:p0} to {ratios[ratios.Count * 3 / 4] - 1:p0}",20} |");
        }

        return 0;
    }

    private static string Chats(string which) => $"""
        select c."id", c."title", c."visibility", c."userId", c."organizationId", c."createdAt", c."version"
        from public."Chat" c
        where {which} and (c."createdAt", c."id") < (timestamp '9999-12-31', 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        order by c."createdAt" desc, c."id" desc
        limit 21
        """;
}
