using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Live;

/// <summary>However many follow, a process holds one connection for them between events, and makes another when it is lost.</summary>
[Collection(LiveLoadApi.Name)]
public sealed class OneConnectionTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const int People = 50, OfEach = 20;

    private static NpgsqlDataSource Looking(TestDatabase database) =>
        NpgsqlDataSource.Create((database.SuperuserConnectionString ?? database.OwnerConnectionString) + ";Pooling=false");

    private static async Task<List<string>> Connections(TestDatabase database)
    {
        await using var source = Looking(database);
        await using var command = source.CreateCommand(
            """select concat_ws(' ', usename, pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' """);
        await using var reader = await command.ExecuteReaderAsync();
        var connections = new List<string>();
        while (await reader.ReadAsync())
        {
            connections.Add(reader.GetString(0));
        }

        return connections;
    }

    [Fact]
    public async Task A_thousand_subscribers_hold_one_connection()
    {
        // A database of its own: whatever is connected there is this process's.
        await using var database = await (await TestServer.Shared).CreateDatabase();
        // Figures are read four times a minute; not by this clock.
        await using var api = ApiFixture.Build(
            database, adjust: builder => builder.Services.AddSingleton<TimeProvider>(new ClockWithoutTimers()), settings: ["--DATABASE_IDLE_TIMEOUT=1"]);
        await api.StartAsync();
        var address = ApiFixture.AddressOf(api);
        var people = await Task.WhenAll(Enumerable.Range(0, People).Select(i => Fixture.SignUp($"p{i}", api)));
        var open = await people[0].Begin(visibility: "public");
        var followers = new List<Follower>();
        foreach (var person in people)
        {
            followers.AddRange(await Task.WhenAll(Enumerable.Range(0, OfEach).Select(_ => Follower.Of(person, address, $"/chats/{open}/events"))));
        }

        Assert.Equal(People * OfEach, followers.Count);
        List<string> connections = [];
        // The pools close what nobody uses.
        await Wait.Until(async () => (connections = await Connections(database)).Count == 1);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(connections, await Connections(database));
            await Task.Delay(50);
        }

        Assert.StartsWith("rlschat_live ", connections[0], StringComparison.Ordinal);
        var message = await people[0].Say(open);
        foreach (var follower in followers)
        {
            await follower.Hears("message.created", message);
            await follower.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_lost_connection_is_replaced_and_nothing_is_missed()
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();
        await using var api = ApiFixture.Build(database);
        await api.StartAsync();
        var owner = await Fixture.SignUp("owner", api);
        var chat = await owner.Begin();
        await using var follower = await Follower.Of(owner, ApiFixture.AddressOf(api), "/me/events");
        var said = new List<Guid>();
        await using var source = Looking(database);
        for (var i = 0; i < 5; i++)
        {
            await using var cut = source.CreateCommand(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'rlschat_live' and datname = current_database()");
            Assert.Equal(1L, await cut.ExecuteScalarAsync());
            said.Add(await owner.Say(chat));
            await follower.Hears("message.created", said[^1]);
        }

        Assert.Equal(said, follower.All.Select(heard => heard.Row));
        Assert.Single(await Connections(database), connection => connection.StartsWith("rlschat_live ", StringComparison.Ordinal));
    }

    private sealed class ClockWithoutTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
