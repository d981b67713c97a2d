using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace RlsChat.Tests.Cluster;

/// <summary>8 writers and 100 readers, while one primary after the other fails.</summary>
internal sealed class Drill(Servers servers, Api api)
{
    private const int Writers = 8, Readers = 100;
    private static readonly string[] Faults = ["kill -9", "pause", "partition from etcd", "switchover"];
    private readonly ConcurrentQueue<long> _acknowledgements = new();

    /// <summary>Runs it.</summary>
    /// <returns>Whether everything held.</returns>
    public async Task<bool> Run(int rounds)
    {
        var (writers, readers) = await MakePeople();
        using var stop = new CancellationTokenSource();
        var reading = readers.SelectMany(reader => new[] { reader.Follow(stop.Token), reader.Look(stop.Token) }).ToList();
        await Task.WhenAll(readers.Select(reader => reader.Began)).WaitAsync(TimeSpan.FromMinutes(1));
        using var enough = new CancellationTokenSource();
        var writing = writers.Select(writer => writer.Write(enough.Token)).ToList();
        await Task.Delay(3000);
        var outages = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            outages.Add(await Round(round, Faults[round % Faults.Length]));
        }

        await enough.CancelAsync();
        await Task.WhenAll(writing);
        // The last events arrive.
        await Task.Delay(5000);
        await stop.CancelAsync();
        await Task.WhenAll(reading);
        return await Report(rounds, outages, writers, readers);
    }

    private async Task<(List<Writer> Writers, List<Reader> Readers)> MakePeople()
    {
        Program.Say($"signing up {Writers} writers and {Readers} readers, in two organizations");
        var people = Enumerable.Range(0, Writers + Readers).Select(i => new Person(api, i < Writers ? $"w{i}" : $"r{i}")).ToList();
        await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (person, _) => await person.SignUp());
        var organizations = new List<Guid>();
        foreach (var founder in people.Take(2))
        {
            organizations.Add((Guid)(await founder.Send(HttpMethod.Post, "/organizations", new { name = founder.Name })).Body!["id"]!);
        }

        await using (var connection = await servers.Connect(await servers.Healthy()))
        {
            for (var i = 2; i < people.Count; i++)
            {
                // Invitations need a mail.
                await using var join = new NpgsqlCommand(
                    """update public."User" set "organizationId" = $1, "roleId" = '00000000-0000-4000-8000-000000000001', "joinedAt" = now() where "id" = $2""", connection)
                {
                    Parameters = { new() { Value = organizations[i % 2] }, new() { Value = people[i].Id } },
                };
                await join.ExecuteNonQueryAsync();
            }
        }

        var writers = new List<Writer>();
        var chats = organizations.ToDictionary(organization => organization, _ => new List<Guid>());
        for (var i = 0; i < Writers; i++)
        {
            var organization = organizations[i % 2];
            var chat = (Guid)(await people[i].Send(
                HttpMethod.Post, "/chats", new { title = people[i].Name, visibility = "private", organizationId = organization })).Body!["id"]!;
            chats[organization].Add(chat);
            writers.Add(new Writer(people[i], organization, chat, _acknowledgements));
        }

        return (writers, [.. Enumerable.Range(Writers, Readers).Select(i => new Reader(people[i], organizations[i % 2], chats[organizations[i % 2]]))]);
    }

    /// <summary>One fault, until everything is as before.</summary>
    /// <returns>For how many seconds nobody's write was acknowledged.</returns>
    private async Task<double> Round(int round, string fault)
    {
        var primary = await servers.Healthy();
        var (began, clock) = (Stopwatch.GetTimestamp(), Stopwatch.StartNew());
        switch (fault)
        {
            case "kill -9":
                await primary.Signal("KILL");
                break;
            case "pause":
                await primary.Signal("STOP");
                break;
            case "partition from etcd":
                primary.Etcd.IsCut = true;
                break;
            default:
                await Servers.SwitchOver(primary);
                break;
        }

        var taken = await Taken(primary);
        var took = clock.Elapsed;
        while (!_acknowledgements.Any(at => at > taken))
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw servers.Broken($"after {fault} of {primary.Name} nothing is written any more");
            }

            await Task.Delay(50);
        }

        await Task.Delay(1000);
        switch (fault)
        {
            case "kill -9":
                primary.Start(withPooler: false);
                break;
            case "pause":
                await primary.Resume();
                break;
            case "partition from etcd":
                primary.Etcd.IsCut = false;
                break;
        }

        var now = await servers.Healthy();
        var outage = Longest(began);
        Program.Say(string.Create(CultureInfo.InvariantCulture,
            $"round {round + 1}: {fault} of {primary.Name}, {now.Name} after {took.TotalSeconds:0.0} s; writes again after {outage:0.0} s; {_acknowledgements.Count} acknowledged"));
        return outage;
    }

    /// <summary>Waits for another primary; when that was.</summary>
    private async Task<long> Taken(Node primary)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2); await Task.Delay(100))
        {
            if (await servers.Members() is { } members && members.Any(member => member.Role == "leader" && member.Name != primary.Name && member.State == "running"))
            {
                return Stopwatch.GetTimestamp();
            }
        }

        throw servers.Broken($"nobody takes over from {primary.Name}");
    }

    private double Longest(long began)
    {
        var times = _acknowledgements.Where(at => at > began).Prepend(began).Append(Stopwatch.GetTimestamp()).Order().ToList();
        return times.Zip(times.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one, next).TotalSeconds).Max();
    }

    private async Task<bool> Report(int rounds, List<double> outages, List<Writer> writers, List<Reader> readers)
    {
        var stored = new List<(Guid Id, string Text)>();
        await using (var connection = await servers.Connect(await servers.Healthy()))
        {
            await using var command = new NpgsqlCommand("""select "id", "parts" #>> '{0,text}' from public."Message" where "parts" #>> '{0,text}' is not null""", connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                stored.Add((reader.GetGuid(0), reader.GetString(1)));
            }
        }

        var byText = stored.ToLookup(message => message.Text, message => message.Id);
        var acknowledged = writers.SelectMany(writer => writer.Acknowledged).ToList();
        var lost = acknowledged.Count(message => !byText[message.Key].Contains(message.Value));
        var repeated = byText.Count(messages => messages.Count() > 1);
        var missed = readers.Sum(reader => reader.Lost(writers.Where(writer => writer.Organization == reader.Organization).SelectMany(writer => writer.Acknowledged.Values)));
        var (twice, leaks) = (readers.Sum(reader => reader.Repeated), readers.Sum(reader => reader.Leaks));
        var unexpected = writers.SelectMany(writer => writer.Unexpected).ToList();
        unexpected.Take(10).ToList().ForEach(response => Program.Say($"unexpected: {response}"));
        var reads = await api.StandbyReads();
        outages.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""
            standbys: {string.Join(", ", reads.Select(outcome => $"{outcome.Value} reads {outcome.Key}"))}
            streams: opened {readers.Sum(reader => reader.Connections)} times, told to read again {readers.Sum(reader => reader.Resets)} times
            unexpected responses: {unexpected.Count}; the API {(api.IsRunning ? "was never restarted" : "has ended")}
            rounds: {rounds}
            acknowledged writes: {acknowledged.Count}
            lost: {lost}; events lost: {missed}
            repeated: {repeated}; events repeated: {twice}
            leaks: {leaks}
            seconds to serve again: median {outages[outages.Count / 2]:0.0}, worst {outages[^1]:0.0}
            """));
        return lost + repeated + missed + twice + leaks + unexpected.Count == 0 && api.IsRunning && acknowledged.Count > 0;
    }
}
