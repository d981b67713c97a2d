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
        using var delivery = await world.DeliveryProcess();
        await using var door = overHttp ? await LiveApi.Start(world) : null;
        var writers = await Task.WhenAll(Enumerable.Range(1, Writers).Select(async number => door is null
            ? await Writer.Open(world, number)
            : (IWriter)new HttpWriter(world, door, number)));
        Policies.Say($"{subscribers.Open} follow; a message is read by {readers}; posted {(overHttp ? "over HTTP" : "by SQL")}");
        var (rates, ratios, expected) = (Ways.Select(_ => new List<double>()).ToArray(), Ways.Select(_ => new List<double>()).ToArray(), 0L);
        var (behind, used, asked) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var seen = new double[Ways.Length];
            for (var place = 0; place < Ways.Length; place++)
            {
                var way = (round + place) % Ways.Length;
                await world.Outbox(way > 0);
                await (way == 2 ? api.GoOn() : api.Pause());
                // What was written while it stood still is not this turn's.
                if (way == 2)
                {
                    await Settle(subscribers, expected);
                }

                var before = (Api: ProcessorTime(api.Process), Server: ProcessorTime(delivery));
                var (posted, time) = await Post(world, writers, turn, wakes: way == 2 && !overHttp);
                seen[way] = posted / time.TotalSeconds;
                expected += way > 0 ? (long)posted * readers : 0;
                if (way == 2)
                {
                    var ended = Stopwatch.GetTimestamp();
                    await Settle(subscribers, expected);
                    behind.Add(Stopwatch.GetElapsedTime(ended).TotalSeconds);
                    used.Add((ProcessorTime(api.Process) - before.Api).TotalMicroseconds / posted);
                    asked.Add((ProcessorTime(delivery) - before.Server).TotalMicroseconds / posted);
                }
            }

            // In the first round statements are not prepared, and nothing is compiled yet.
            for (var way = 0; round > 0 && way < Ways.Length; way++)
            {
                rates[way].Add(seen[way]);
                ratios[way].Add(seen[way] / seen[0]);
            }

            Policies.Say($"round {round}: {string.Join(", ", seen.Select(rate => $"{rate:n0}"))} messages/s");
        }

        // Also what the last turns wrote while the API stood still.
        await api.GoOn();
        await Settle(subscribers, expected);
        Console.WriteLine($"""

            | {Writers} writers, {LiveWorld.People} who follow, {readers} read each | messages/s | to without | from | to |
            | :-- | --: | --: | --: | --: |
            """);
        for (var way = 0; way < Ways.Length; way++)
        {
            Console.WriteLine($"| {Ways[way]} | {Figures.Of(rates[way]):n0} | {Figures.Of(ratios[way]):n2} | {ratios[way].Min():n2} | {ratios[way].Max():n2} |");
        }

        Console.WriteLine($"\nOf each message's delivery the API took {Figures.Of(used):n0} us of a processor, and the server {Figures.Of(asked):n0} us.");
        Console.WriteLine($"The last message of a turn was heard {Figures.Of(behind):n1} s after it was posted (at most {behind.Max():n1} s).");
        Console.WriteLine($"{subscribers.Heard:n0} times a message was heard, of {expected:n0}; {subscribers.Open} still follow.");
        foreach (var writer in writers)
        {
            await writer.DisposeAsync();
        }

        return subscribers.Heard == expected && subscribers.Open == LiveWorld.People ? 0 : 1;
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
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
