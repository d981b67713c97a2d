namespace RlsChat.Bench;

/// <summary>
/// Whether questions take longer as data grows: 10^4 to 10^6 messages (10^7 with LARGE=1) with full pages at each size,
/// members of an organization, reports below a manager, public chats. Databases of one server take turns.
/// </summary>
internal static class Growth
{
    private const int Clients = 8;

    private static readonly Question[] Asked =
    [
        Questions.MyChats, Questions.OrganizationChats, Questions.PublicChats, Questions.MessagesOfChat, Questions.MyDocuments,
        Questions.OrganizationDocuments, Questions.NewMessage,
    ];

    private static readonly int[] InTheChain = [48, 40, 0];

    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        // The first is the reference: 10^5, and 10^4 beside it.
        var sizes = Program.IsQuick ? [200, 2_000] : Program.IsLarge ? new[] { 2_000, 200, 20_000, 200_000 } : [2_000, 200, 20_000];
        var worlds = sizes.Select(size => (World: new World(world.Server, size), Database: size * 50 == world.Messages ? "rlschat" : $"bench_{size * 50}")).ToList();
        foreach (var (sized, database) in worlds.Where(sized => sized.Database != "rlschat"))
        {
            await world.Database(database, sized.Messages / 50);
        }

        foreach (var question in Asked.Where(question => question.Quick || !Program.IsQuick))
        {
            await Rounds.Compare(report, question.Name, [.. worlds.Select(sized => Tool.Pgbench(
                world, $"{sized.World.Messages:n0} messages", recorded[question.Name], Clients, sized.World.Subjects(), sized.Database))]);
        }

        var (largest, open) = Program.IsQuick ? (1_000, 10_000) : (100_000, 1_000_000);
        Program.Say($"loading an organization of {largest:n0} members and {open:n0} public chats");
        await world.Copy("bench_empty", "bench_wide");
        await world.Execute("bench_wide", $"set bench.largest = {largest}; set bench.open = {open}; {World.Resource("growth.sql")}");
        await world.Execute("bench_wide", "vacuum analyze");
        foreach (var question in new[] { Questions.OrganizationChats, Questions.Members, Questions.OrganizationDocuments, Questions.MessagesOfChat })
        {
            await Rounds.Compare(report, $"{question.Name}, by members", [.. Enumerable.Range(0, 3).Select(organization => Tool.Pgbench(
                world, $"{(organization == 0 ? 10 : organization == 1 ? 1_000 : largest):n0} members", recorded[question.Name], Clients,
                [.. Enumerable.Range(0, 8).Select(person => Member(organization, person))], "bench_wide"))]);
        }

        await Rounds.Compare(report, "organization's documents, by reports", [.. InTheChain.Select(person => Tool.Pgbench(
            world, $"{49 - person} in the chain below", recorded[Questions.OrganizationDocuments.Name], Clients,
            [.. Enumerable.Repeat(Member(3, person), Clients)], "bench_wide"))]);

        foreach (var question in new[] { Questions.PublicChats, Questions.OrganizationChats, Questions.MyChats })
        {
            await Rounds.Compare(report, $"{question.Name}, by public chats",
                Tool.Pgbench(world, $"{world.Messages / 500:n0} public chats", recorded[question.Name], Clients, world.Subjects()),
                Tool.Pgbench(world, $"{open:n0} public chats", recorded[question.Name], Clients, [.. Enumerable.Range(0, 8).Select(person => Member(2, person))], "bench_wide"));
        }
    }

    /// <summary>A person of growth.sql.</summary>
    private static Subject Member(int organization, int person)
    {
        var number = (organization * 1_000_000L) + person;
        return new(person, person, new Dictionary<string, string>
        {
            ["person"] = World.Id("person", number),
            ["secret"] = number.ToString("D42", System.Globalization.CultureInfo.InvariantCulture) + "A",
            ["organization"] = World.Id("organization", organization),
            ["chat"] = World.Id("chat", number),
        });
    }
}
