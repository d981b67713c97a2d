namespace RlsChat.Bench;

/// <summary>Forms of the rule "whoever sees the chat sees its messages": before each turn, the policy of "Message" takes that form.</summary>
internal static class Forms
{
    private static readonly (string Name, string Rule)[] All =
    [
        ("probe (shipped)", """(select true from public."Chat" c where c."id" = "Message"."chatId")"""),
        ("exists, fenced", """exists (select from public."Chat" c where c."id" = "Message"."chatId" offset 0)"""),
        ("exists", """exists (select from public."Chat" c where c."id" = "Message"."chatId")"""),
        ("in, all chats", """ "Message"."chatId" in (select c."id" from public."Chat" c)"""),
        ("any, array of all", """ "Message"."chatId" = any (array(select c."id" from public."Chat" c))"""),
        ("function a row", """auth.can_write_chat("Message"."chatId") or (select c."visibility" = 'public' from public."Chat" c where c."id" = "Message"."chatId")"""),
    ];

    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        var subjects = world.Subjects();
        var page = recorded[Questions.MessagesOfChat.Name];
        Batch newest = new([page.Statements[0], """
            select "id", "chatId", "createdAt" from public."Message" order by "createdAt" desc, "id" desc limit 50
            """]);
        try
        {
            foreach (var (name, batch, clients) in new[] { ("50 messages", page, 8), ("a message", recorded["a message"], 8), ("newest 50 of all", newest, 1) })
            {
                await Rounds.Compare(report, name, [.. All.Select(form => new Side(form.Name, async seconds =>
                {
                    await Apply(form.Rule);
                    return await Tool.Pgbench(world, form.Name, batch, clients, subjects).Run(seconds);
                }))]);
            }

            foreach (var subject in subjects.Take(30))
            {
                await Apply(All[0].Rule);
                var expected = await page.Ask(world.ApiConnectionString, subject);
                foreach (var (name, rule) in All.Skip(1))
                {
                    await Apply(rule);
                    report.Same(name, expected, await page.Ask(world.ApiConnectionString, subject));
                }
            }
        }
        finally
        {
            await Apply(All[0].Rule);
        }

        Task Apply(string rule) => world.Execute("rlschat", $"""alter policy select_reader on public."Message" using ({rule})""");
    }
}
