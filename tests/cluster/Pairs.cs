using System.Diagnostics;
using System.Globalization;

namespace RlsChat.Tests.Cluster;

/// <summary>Writes, each read at once by the number that its response carries; and what standbys and their synchronous replication cost here.</summary>
internal static class Pairs
{
    private const int Clients = 16;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(8);

    /// <returns>Whether every read has shown the write before it.</returns>
    public static async Task<bool> Check(Api api, int pairs)
    {
        long wrong = 0, done = 0;
        var people = await MakePeople(api, "p");
        Program.Say($"{pairs} pairs of a write and a read, by {Clients} people at once");
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(people.Select(async person =>
        {
            while (Interlocked.Increment(ref done) is var number && number <= pairs)
            {
                var (status, _, after) = await person.Person.Send(HttpMethod.Patch, $"/chats/{person.Chat}", new { title = $"{number}" });
                var (_, read, _) = await person.Person.Send(HttpMethod.Get, $"/chats/{person.Chat}", after: after);
                if (status != 200 || after is null || (string?)read?["title"] != $"{number}")
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }));
        var (seconds, reads) = (clock.Elapsed.TotalSeconds, await api.StandbyReads());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""
            pairs: {pairs}, {pairs / seconds:0} a second; a standby answered {reads.GetValueOrDefault("yes")}, was behind {reads.GetValueOrDefault("behind")}, failed {reads.GetValueOrDefault("failed")}
            read-your-writes violated: {wrong}
            """));
        return wrong == 0 && reads.GetValueOrDefault("yes") > 0;
    }

    /// <summary>What standbys and synchronous replication cost or gain on this machine.</summary>
    public static async Task Rates(Servers servers)
    {
        var (one, three, synchronous) = (await Rate(servers, null, isRead: true), await Rate(servers, _ => true, isRead: true), await Rate(servers, null, isRead: false));
        await servers.Synchronous(false);
        var asynchronous = await Rate(servers, null, isRead: false);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""
            one PostgreSQL process:      {one:0} reads a second
            with two standbys as well:   {three:0} reads a second
            synchronous replication:     {synchronous:0} writes a second
            asynchronous replication:    {asynchronous:0} writes a second
            """));
    }

    private static async Task<List<(Person Person, Guid Chat)>> MakePeople(Api api, string name)
    {
        var people = new List<(Person, Guid)>();
        for (var i = 0; i < Clients; i++)
        {
            var person = new Person(api, $"{name}{i}");
            await person.SignUp();
            people.Add((person, (Guid)(await person.Send(HttpMethod.Post, "/chats", new { title = "chat" })).Body!["id"]!));
        }

        return people;
    }

    private static async Task<double> Rate(Servers servers, Func<Node, bool>? read, bool isRead)
    {
        await using var api = await Api.Start(servers, read);
        var people = await MakePeople(api, $"{Guid.NewGuid():N}");
        await For(TimeSpan.FromSeconds(2));
        return await For(Turn) / Turn.TotalSeconds;

        async Task<long> For(TimeSpan time)
        {
            long count = 0;
            using var over = new CancellationTokenSource(time);
            await Task.WhenAll(people.Select(async person =>
            {
                while (!over.IsCancellationRequested)
                {
                    var (status, _, _) = isRead
                        ? await person.Person.Send(HttpMethod.Get, $"/chats/{person.Chat}")
                        : await person.Person.Send(HttpMethod.Post, $"/chats/{person.Chat}/messages", new { role = "user", parts = new[] { new { text = "hello" } } });
                    if (status is 200 or 201)
                    {
                        Interlocked.Increment(ref count);
                    }
                }
            }));
            return count;
        }
    }
}
