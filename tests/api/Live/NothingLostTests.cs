using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>
/// Nothing is lost and nothing repeated, whatever is cut: the connection that listens, the API, the client's.
/// Two processes' worth of API stand on one database.
/// </summary>
[Collection(LiveLoadApi.Name)]
public sealed class NothingLostTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const int Events = 10_000, Writers = 8;
    private readonly ConcurrentDictionary<Guid, bool> _written = new();
    private readonly WebApplication?[] _apis = new WebApplication?[2];
    private volatile bool _isDone;

    [Fact]
    public async Task Ten_thousand_events_under_writers_that_meet_and_take_long()
    {
        await Fixture.Empty();
        var person = await Fixture.SignUp("ana");
        var chat = await person.Begin();
        await using var unlimited = await Fixture.Setup.Turn("messages_per_hour", null);
        for (var i = 0; i < _apis.Length; i++)
        {
            await Start(i);
        }

        // One stays and is cut off when its API stops; one breaks off by itself, often; one changes sides each time.
        var readers = new[]
        {
            new Reader(person, chat, () => Address(0), TimeSpan.MaxValue, "/chats"),
            new Reader(person, chat, () => Address(1), TimeSpan.FromMilliseconds(300), "/me"),
            new Reader(person, chat, () => Address(Random.Shared.Next(2)) ?? Address(0) ?? Address(1), TimeSpan.FromMilliseconds(150), "/chats"),
        };
        await Task.WhenAll(readers.Select(reader => reader.Begin()));
        var reading = Task.WhenAll(readers.Select(reader => reader.Read(() => _isDone)));
        var cutting = Cut();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Write(i, person, chat)));
        await cutting;

        // The last writes arrive; then nothing more may come.
        Assert.Equal(Events, _written.Count);
        for (var until = DateTime.UtcNow.AddSeconds(60); readers.Any(reader => reader.Seen.Count < Events) && DateTime.UtcNow < until; await Task.Delay(20)) { }
        _isDone = true;
        await reading;
        foreach (var reader in readers)
        {
            Assert.Empty(_written.Keys.Except(reader.Seen.Keys));
            Assert.Equal(Events, reader.Seen.Count);
            Assert.All(reader.Seen, seen => Assert.Equal(1, seen.Value));
            Assert.DoesNotContain("reset", reader.Kinds);
        }

        Assert.True(readers[1].Times > 3 && readers[2].Times > 3, "they should have come back often");
        foreach (var api in _apis)
        {
            await api!.StopAsync();
            await api.DisposeAsync();
        }
    }

    private async Task Start(int i)
    {
        var api = ApiFixture.Build(Fixture.Database);
        await api.StartAsync();
        _apis[i] = api;
    }

    private Uri? Address(int i) => _apis[i] is { } api ? ApiFixture.AddressOf(api) : null;

    /// <summary>Transactions of one message, of many, and of some that stay open for long.</summary>
    private async Task Write(int writer, Person person, Guid chat)
    {
        var random = new Random(writer);
        await using var source = NpgsqlDataSource.Create(Fixture.Database.OwnerConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        for (var left = Events / Writers; left > 0;)
        {
            var count = Math.Min(left, random.Next(6) == 0 ? random.Next(1, 60) : 1);
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var identity = new NpgsqlCommand("select set_config('role', 'regular_user', true), set_config('auth.uid', $1, true)", connection))
            {
                identity.Parameters.Add(new() { Value = person.Id.ToString() });
                await identity.ExecuteNonQueryAsync();
            }

            var ids = new List<Guid>();
            for (var i = 0; i < count; i++)
            {
                await using var insert = new NpgsqlCommand(
                    """insert into public."Message" ("chatId", "role", "parts") values ($1, 'user', '[]') returning "id" """, connection);
                insert.Parameters.Add(new() { Value = chat });
                ids.Add((Guid)(await insert.ExecuteScalarAsync())!);
                if (count > 40 && i == count / 2)
                {
                    await Task.Delay(random.Next(100, 1500));
                }
            }

            if (random.Next(20) == 0)
            {
                // Numbers that nobody ever sees.
                await transaction.RollbackAsync();
                continue;
            }

            await transaction.CommitAsync();
            ids.ForEach(id => _written[id] = true);
            left -= count;
            await Task.Delay(random.Next(3));
        }
    }

    private async Task Cut()
    {
        await using var source = NpgsqlDataSource.Create(Fixture.Database.SuperuserConnectionString ?? Fixture.Database.OwnerConnectionString);
        for (var round = 0; _written.Count < Events * 9 / 10; round++)
        {
            await Task.Delay(250);
            await using var cut = source.CreateCommand(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where usename = 'rlschat_live' and datname = current_database()
                """);
            await cut.ExecuteNonQueryAsync();
            if (round % 4 == 3)
            {
                var (i, api) = (round / 4 % 2, _apis[round / 4 % 2]!);
                _apis[i] = null;
                await api.StopAsync();
                await api.DisposeAsync();
                await Start(i);
            }
        }
    }

    /// <summary>A client as there are many: it goes on from the last id that it has, wherever somebody answers.</summary>
    private sealed class Reader(Person person, Guid chat, Func<Uri?> address, TimeSpan patience, string what)
    {
        private string? _last;
        private Follower? _first;

        public ConcurrentDictionary<Guid, int> Seen { get; } = new();

        public ConcurrentDictionary<string, int> Kinds { get; } = new();

        public int Times { get; private set; }

        private string Path => what == "/me" ? "/me/events" : $"/chats/{chat}/events";

        /// <summary>Before anything is written.</summary>
        public async Task Begin()
        {
            _first = await Follower.Of(person, address()!, Path);
            _last = _first.LastId;
        }

        public async Task Read(Func<bool> isDone)
        {
            while (!isDone())
            {
                Follower? follower;
                try
                {
                    follower = _first ?? (address() is { } where ? await Follower.Of(person, where, Path, _last) : null);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or NullReferenceException or ObjectDisposedException)
                {
                    // No API answers at this moment.
                    follower = null;
                }

                if (follower is null)
                {
                    await Task.Delay(20);
                    continue;
                }

                _first = null;
                Times++;
                var taken = 0;
                for (var until = patience == TimeSpan.MaxValue ? DateTime.MaxValue : DateTime.UtcNow + patience;
                    !follower.IsOver && DateTime.UtcNow < until && !isDone();)
                {
                    await Task.Delay(20);
                    taken = Take(follower, taken);
                }

                await follower.DisposeAsync();
                _last = follower.LastId ?? _last;
                Take(follower, taken);
            }
        }

        private int Take(Follower follower, int taken)
        {
            foreach (var heard in follower.All.Skip(taken))
            {
                taken++;
                Kinds.AddOrUpdate(heard.Kind, 1, (_, n) => n + 1);
                if (heard.Kind == "message.created")
                {
                    Seen.AddOrUpdate(heard.Row, 1, (_, n) => n + 1);
                }
            }

            return taken;
        }
    }
}
