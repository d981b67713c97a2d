using System.Diagnostics;
using Npgsql;

namespace RlsChat.Bench;

/// <summary>
/// The command <c>live</c>: what posting pays for the outbox, and for delivery to a thousand who follow. Three
/// ways take turns, each round in another order, so that what else the machine does hits them all alike.
/// </summary>
internal static class Live
{
    private const int Writers = 8;

    /// <summary>Rounds that are not counted: statements are not prepared, and code is not compiled yet.</summary>
    private const int WarmUp = 4;

    private static readonly string[] Ways = ["without outbox", "outbox", "outbox, delivered"];

    /// <param name="overHttp">Whether they post to another process of the API, as its clients do, or write its batch to the server.</param>
    /// <param name="turn">How long a way is measured at a time.</param>
    /// <param name="rounds">How often all take their turn.</param>
    /// <param name="readers">How many read a message.</param>
    public static async Task<int> Run(bool overHttp, TimeSpan turn, int rounds, int readers)
    {
        Policies.Say("starting a server and an API of their own");
        await using var world = await LiveWorld.Make(readers);
        await using var api = await LiveApi.Start(world);
        await using var subscribers = await Subscribers.Come(world, api);
        await using var door = overHttp ? await LiveApi.Start(world) : null;
        var writers = await Task.WhenAll(Enumerable.Range(1, Writers).Select(async number => door is null
            ? await Writer.Open(world, number)
            : (IWriter)new HttpWriter(world, door, number)));
        Policies.Say($"{subscribers.Open} follow; a message is read by {readers}; posted {(overHttp ? "over HTTP" : "by SQL")}");
        var (ways, behind, expected) = (Ways.Select(name => new LiveWay(name)).ToList(), new List<double>(), 0L);
        var processors = new ProcessorTime(world, api, door);
        for (var round = -WarmUp; round < rounds; round++)
        {
            var (seen, shares) = (new double[ways.Count], new double[ways.Count][]);
            for (var place = 0; place < ways.Count; place++)
            {
                var way = (round + WarmUp + place) % ways.Count;
                var (isKept, isDelivered) = (way > 0, way == 2);
                await world.Outbox(isKept);
                await (isDelivered ? api.GoOn() : api.Pause());
                if (isDelivered)
                {
                    // What was written while it stood still is not this turn's.
                    await Settle(subscribers, expected);
                }

                var before = await processors.Now();
                var (posted, time) = await Post(world, writers, turn, wakes: isDelivered && !overHttp);
                seen[way] = posted / time.TotalSeconds;
                expected += isKept ? (long)posted * readers : 0;
                if (isDelivered)
                {
                    var ended = Stopwatch.GetTimestamp();
                    await Settle(subscribers, expected);
                    behind.Add(Stopwatch.GetElapsedTime(ended).TotalSeconds);
                }

                shares[way] = (await processors.Now()).Zip(before, (now, then) => (now - then) / posted).ToArray();
            }

            for (var way = 0; way < ways.Count && round >= 0; way++)
            {
                ways[way].Rates.Add(seen[way]);
                ways[way].Ratios.Add(seen[way] / seen[0]);
                ways[way].Shares.Add(shares[way]);
            }

            Policies.Say($"{(round < 0 ? "warming up" : $"round {round + 1}")}: {string.Join(", ", seen.Select(rate => $"{rate:n0}"))} messages/s");
        }

        // Also what the last turns wrote while the API stood still.
        await api.GoOn();
        await Settle(subscribers, expected);
        LiveWay.Print(ways, $"{Writers} writers, {LiveWorld.People} who follow, {readers} read each", ProcessorTime.Parts);
        Console.WriteLine($"""

            The last message of a turn was heard {Figures.Of(behind):n1} s after it was posted (at most {behind.Max():n1} s).
            {subscribers.Heard:n0} times a message was heard, of {expected:n0}; {subscribers.Open} still follow.
            """);
        foreach (var writer in writers)
        {
            await writer.DisposeAsync();
        }

        return subscribers.Heard == expected && subscribers.Open == LiveWorld.People ? 0 : 1;
    }

    private static async Task<(int Posted, TimeSpan Time)> Post(LiveWorld world, IWriter[] writers, TimeSpan turn, bool wakes)
    {
        var started = Stopwatch.GetTimestamp();
        var waking = wakes ? Wake(world, () => IsOver()) : Task.CompletedTask;
        var posted = await Task.WhenAll(writers.Select(writer => Task.Run(() => writer.Post(IsOver))));
        var time = Stopwatch.GetElapsedTime(started);
        await waking;
        return (posted.Sum(), time);

        bool IsOver() => Stopwatch.GetElapsedTime(started) > turn;
    }

    /// <summary>As another process of the API does for what it has written.</summary>
    private static async Task Wake(LiveWorld world, Func<bool> isOver)
    {
        await using var connection = new NpgsqlConnection(world.Server.ConnectionString("rlschat_live", world.Server.Secrets.Live) + ";Pooling=false");
        await connection.OpenAsync();
        while (!isOver())
        {
            await using var command = new NpgsqlCommand("notify rlschat_live", connection);
            await command.ExecuteNonQueryAsync();
            await Task.Delay(200);
        }
    }

    /// <summary>Until everybody has heard everything, or nothing comes any more.</summary>
    private static async Task Settle(Subscribers subscribers, long expected)
    {
        var (last, since) = (-1L, Stopwatch.GetTimestamp());
        while (subscribers.Heard < expected && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20))
        {
            if (subscribers.Heard != last)
            {
                (last, since) = (subscribers.Heard, Stopwatch.GetTimestamp());
            }

            await Task.Delay(10);
        }
    }
}
