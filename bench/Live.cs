using System.Diagnostics;
using System.Text;

namespace RlsChat.Bench;

/// <summary>
/// What posting over HTTP pays for the outbox, and for live delivery to a thousand subscribers of another process of the
/// API: while that one stands still, and while it delivers. At the end everyone must have heard every message once.
/// </summary>
internal static class Live
{
    private const int Readers = 10;

    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        var people = Math.Min(1_000, world.People);
        await world.Execute("rlschat", "create extension if not exists pg_stat_statements");
        await using var api = await Service.Api(world);
        await Task.Delay(3_000);
        var idle = api.Memory;
        await using var subscribers = await Subscribers.Connect(world, api, people);
        report.Figures[$"MB of the API more with {people} subscribers"] = api.Memory - idle;
        await using var door = await Service.Api(world);
        // A tenth of the chats is public.
        var writers = Enumerable.Range(0, 18).Where(person => person % 10 != 9).Select(world.Of).ToList();
        var posting = Tool.Wrk("posts", door, writers.Select(subject => Questions.NewMessage.ForWrk(world, subject)));
        var (from, behind, latencies, statements, events) = (await Events(), new List<double>(), new List<double>(), 0L, 0L);

        await Rounds.Compare(report, "posting over HTTP",
            new("without outbox", seconds => Post(seconds, outbox: false)),
            new("outbox", seconds => Post(seconds, outbox: true)),
            new("outbox, delivered", Deliver));

        await api.Signal("CONT");
        await Settle();
        var heard = (await Events() - from) * Readers;
        report.Same("messages heard, subscribers", [heard, people], [subscribers.Heard, subscribers.Open]);
        report.Figures["messages heard"] = subscribers.Heard;
        report.Figures["events a second, delivered"] = report.Rows[^1].Rate * Readers;
        report.Figures["rate with delivery, to without outbox"] = 1 / report.Rows[^1].Ratio[1];
        report.Figures["ms from post to event under that load, median"] = Rounds.Quantile(latencies, 0.5);
        report.Figures["ms from post to event under that load, p99"] = Rounds.Quantile(latencies, 0.99);
        report.Figures["s until the last event of a turn, at most"] = behind.Max();
        report.Figures["statements of live delivery per 1,000 messages"] = statements * 1000.0 / events;

        async Task<Turn> Post(int seconds, bool outbox)
        {
            await api.Signal("CONT");
            await Outbox(outbox);
            await api.Signal("STOP");
            return await posting.Run(seconds);
        }

        async Task<Turn> Deliver(int seconds)
        {
            // It must not stand still in a transaction, for which the trigger would wait.
            await api.Signal("CONT");
            await Outbox(true);
            // What was written while it stood still is not this turn's.
            await Settle();
            var (asked, written) = (await Statements(), await Events());
            using var stop = new CancellationTokenSource();
            var probing = Probe(stop.Token);
            var turn = await posting.Run(seconds);
            await stop.CancelAsync();
            latencies.AddRange(await probing);
            var ended = Stopwatch.GetTimestamp();
            await Settle();
            behind.Add(Stopwatch.GetElapsedTime(ended).TotalSeconds);
            (statements, events) = (statements + await Statements() - asked, events + await Events() - written);
            return turn;
        }

        // Another person, in an organization whose chats nobody else posts into: their subscription is not counted.
        async Task<List<double>> Probe(CancellationToken stop)
        {
            var (subject, times) = (world.Of(20), new List<double>());
            using var socket = await Subscribers.Follow(api, world.Token(subject));
            var buffer = new byte[64 * 1024];
            while (!stop.IsCancellationRequested)
            {
                var (id, begun, text) = (Guid.NewGuid().ToString(), Stopwatch.GetTimestamp(), "");
                using var request = Questions.NewMessage.Request(world, subject);
                request.Content = new StringContent($$"""{"id":"{{id}}","role":"user","parts":[]}""", Encoding.UTF8, "application/json");
                (await door.Send(request)).EnsureSuccessStatusCode().Dispose();
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                while (!text.Contains(id, StringComparison.Ordinal))
                {
                    text += Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
                }

                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                await Task.Delay(20, CancellationToken.None);
            }

            return times;
        }

        Task Outbox(bool isOn) => world.Execute("rlschat", $"""alter table public."Message" {(isOn ? "enable" : "disable")} trigger _500_event_insert""");

        Task<long> Events() => world.Scalar<long>("rlschat", """select count(*) from public."Event" where "kind" = 'message.created'""");

        Task<long> Statements() => world.Scalar<long>("rlschat", "select coalesce(sum(calls), 0)::bigint from pg_stat_statements where userid = 'rlschat_live'::regrole");

        // Until everybody has heard everything, or nothing comes any more.
        async Task Settle()
        {
            var expected = (await Events() - from) * Readers;
            for (var (last, since) = (-1L, Stopwatch.GetTimestamp()); subscribers.Heard < expected && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20);)
            {
                (last, since) = subscribers.Heard == last ? (last, since) : (subscribers.Heard, Stopwatch.GetTimestamp());
                await Task.Delay(10);
            }
        }
    }
}
