using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Live;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>Reads that a standby answers: never older than what the caller names, nor than the bound.</summary>
public sealed class StandbyTests(StandbyTests.Pair pair) : IClassFixture<StandbyTests.Pair>
{
    private const string After = "Rlschat-After";

    /// <summary>A primary, its standby, and two APIs: one accepts what is an hour old, the other 2 seconds.</summary>
    public sealed class Pair : IAsyncLifetime
    {
        private TestServer _server = null!;

        internal TestDatabase Database { get; private set; } = null!;
        internal StandbyServer Standby { get; private set; } = null!;
        internal WebApplication Lax { get; private set; } = null!;
        internal WebApplication Strict { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _server = await TestServer.Start();
            Database = await _server.CreateDatabase();
            Standby = await StandbyServer.Start(Database);
            (Lax, Strict) = (await Open("3600"), await Open("2"));
        }

        /// <summary>Somebody at the lax API, whom the standby knows.</summary>
        internal async Task<Person> SignUp()
        {
            var person = new Person("ana", ApiFixture.AddressOf(Lax)) { Email = $"{Guid.NewGuid():N}@example.org" };
            person.Take((await person.Post("/auth/register", new { email = person.Email, password = Person.Password })).Is(201));
            await Wait.Until(async () => await Standby.Ask($"""select true from public."User" where "id" = '{person.Id}'""") is true);
            await IsUsed(Lax);
            await IsUsed(Strict);
            return person;
        }

        internal static Task IsUsed(WebApplication api) => Wait.Until(() =>
        {
            var sources = api.Services.GetRequiredService<DataSources>();
            return Task.FromResult(sources.Standbys!.Standby(sources.ReadLag) >= 0);
        });

        public async Task DisposeAsync()
        {
            foreach (var api in new[] { Lax, Strict }.OfType<WebApplication>())
            {
                await api.StopAsync();
                await api.DisposeAsync();
            }

            await (Standby?.DisposeAsync() ?? ValueTask.CompletedTask);
            await _server.DisposeAsync();
        }

        private async Task<WebApplication> Open(string lag)
        {
            var api = ApiFixture.Build(Database, settings:
                [$"--POSTGRES_READ_URL={ApiFixture.Url(Database.ApiConnectionString, "127.0.0.1", Standby.Port)}", $"--POSTGRES_READ_LAG={lag}"]);
            await api.StartAsync();
            return api;
        }
    }

    [Fact]
    public async Task A_read_shows_what_it_names_and_else_may_be_old()
    {
        var ana = await pair.SignUp();
        var chat = await ana.Begin("old");
        await using var follower = await Follower.Of(ana, ana.Address, "/me/events");
        await Wait.Until(async () => await pair.Standby.Ask($"""select true from public."Chat" where "id" = '{chat}'""") is true);
        await pair.Standby.Replay(goesOn: false);
        try
        {
            var renamed = (await ana.Patch($"/chats/{chat}", new { title = "new" })).Is(200);
            await Wait.Until(() => Task.FromResult(follower.All.Exists(heard => heard.Kind == "chat.updated")));
            await Wait.Until(async () => await Title() == "old");
            Assert.Equal("new", await Title(renamed.Header(After)!));
            Assert.Equal("new", await Title($"1, {renamed.Header(After)}"));
            Assert.Equal("new", await Title(follower.LastId!));
            Assert.Equal("new", await Title("primary"));
            Assert.Equal("new", await Title("what?"));
            await Wait.Until(async () => await Title("1") == "old");

            // A list of children that are not there asks once more, and a replayed response may be its first to arrive.
            Assert.Empty((await ana.Get($"/chats/{chat}/messages")).Is(200).Ids);
            var message = new { role = "user", parts = new[] { new { text = "hello" } } };
            await ana.With("Idempotency-Key", "1", HttpMethod.Post, $"/chats/{chat}/messages", message);
            var replayed = (await ana.With("Idempotency-Key", "1", HttpMethod.Post, $"/chats/{chat}/messages", message)).Is(201);
            Assert.Equal("true", replayed.Header("Idempotency-Replayed"));
            Assert.Equal([replayed.Id], (await ana.With(After, replayed.Header(After)!, HttpMethod.Get, $"/chats/{chat}/messages")).Is(200).Ids);

            // What a standby does not know yet is no refusal, and live events begin at the primary.
            var ben = new Person("ben", ana.Address);
            ben.Take((await ben.Post("/auth/register", new { email = $"{Guid.NewGuid():N}@example.org", password = Person.Password })).Is(201));
            (await ben.Get("/me")).Is(200);
            await using var other = await Follower.Of(ana, ana.Address, $"/chats/{await ana.Begin()}/events");
        }
        finally
        {
            await pair.Standby.Replay(goesOn: true);
        }

        async Task<string> Title(string? after = null) =>
            (after is null ? await ana.Get($"/chats/{chat}") : await ana.With(After, after, HttpMethod.Get, $"/chats/{chat}"))
                .Is(200).Body["title"]!.GetValue<string>();
    }

    [Fact]
    public async Task Nothing_is_older_than_the_bound()
    {
        var ana = await pair.SignUp();
        await pair.Standby.Replay(goesOn: false);
        try
        {
            (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
            await Wait.Until(async () => (await ana.Get("/me")).Status == 200);
            await Wait.Until(async () => (await ana.At(ApiFixture.AddressOf(pair.Strict)).Get("/me")).Status == 401);
        }
        finally
        {
            await pair.Standby.Replay(goesOn: true);
        }
    }

    [Fact]
    public async Task Without_the_standby_the_primary_answers()
    {
        var ana = await pair.SignUp();
        await new Setup(pair.Database).MakeOperator(ana);
        Assert.Equal("standby True", await State());
        await pair.Standby.Stop();
        await Wait.Until(async () => await State() == "lost False");
        for (var i = 0; i < 20; i++)
        {
            (await ana.Get("/me")).Is(200);
        }

        await pair.Standby.Start();
        await Pair.IsUsed(pair.Lax);
        (await ana.Get("/me")).Is(200);

        async Task<string> State() =>
            (await ana.Get("/monitor/standbys")).Is(200).Body["items"]!.AsArray().Select(host => $"{host!["state"]} {(bool)host["isUsed"]!}").Single();
    }

    [Fact]
    public async Task Db_check_tells_how_far_standbys_are_behind()
    {
        await pair.SignUp();
        var reads = ApiFixture.Url(pair.Database.ApiConnectionString, $"127.0.0.1:{pair.Standby.Port},127.0.0.1");
        var (exit, output) = await DatabaseCommand.Run(pair.Database.OwnerConnectionString, new Dictionary<string, string> { ["POSTGRES_READ_URL"] = reads }, "check");
        Assert.Collection(output.Split('\n').Where(line => line.StartsWith("reads: ", StringComparison.Ordinal)),
            standby => Assert.Matches($@":{pair.Standby.Port} is \d\.\d\d s behind$", standby),
            primary => Assert.EndsWith(" is the primary", primary, StringComparison.Ordinal));
        Assert.Equal(0, exit);
    }

    [Fact]
    public async Task Ones_own_writes_are_shown_whenever_the_standby_replays()
    {
        var ana = (await pair.SignUp()).At(ApiFixture.AddressOf(pair.Strict));
        var outcomes = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "rlschat.standby.reads")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => outcomes.AddOrUpdate((string)tags[0].Value!, 1, (_, sum) => sum + 1));
        listener.Start();
        using var done = new CancellationTokenSource();
        var hindering = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await pair.Standby.Replay(goesOn: false);
                await Task.Delay(Random.Shared.Next(20));
                await pair.Standby.Replay(goesOn: true);
                await Task.Delay(Random.Shared.Next(20));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var chat = await ana.Begin();
            for (var i = 0; i < 40; i++)
            {
                var number = (await ana.Patch($"/chats/{chat}", new { title = $"{i}" })).Is(200).Header(After)!;
                // A server for tests writes its log up to 0.6 s later.
                await Task.Delay(Random.Shared.Next(i % 2 == 0 ? 5 : 800));
                Assert.Equal($"{i}", (string?)(await ana.With(After, number, HttpMethod.Get, $"/chats/{chat}")).Is(200).Body["title"]);
            }
        }));
        await done.CancelAsync();
        await hindering;
        Assert.True(outcomes.GetValueOrDefault("yes") > 0 && outcomes.GetValueOrDefault("behind") > 0, string.Join(", ", outcomes));
    }

    [Fact]
    public async Task Without_standbys_nothing_is_added()
    {
        await using var api = ApiFixture.Build(pair.Database);
        await api.StartAsync();
        var ana = (await pair.SignUp()).At(ApiFixture.AddressOf(api));
        Assert.Null((await ana.Post("/chats", new { title = "chat" })).Is(201).Header(After));
        Assert.Empty(api.Services.GetRequiredService<DataSources>().Watched);
    }
}

/// <summary>The API goes on with the host that has become the primary, without a restart.</summary>
public sealed class TakeoverTests
{
    [Fact]
    public async Task The_primary_of_several_hosts_is_found_again()
    {
        var server = await TestServer.Start();
        var database = await server.CreateDatabase();
        await using var standby = await StandbyServer.Start(database);
        string Hosts(string login) => ApiFixture.Url(login, $"127.0.0.1:{standby.Port},127.0.0.1");
        await using var api = ApiFixture.Build(database, settings:
        [
            $"--POSTGRES_API_URL={Hosts(database.ApiConnectionString)}", $"--POSTGRES_AUTH_URL={Hosts(database.AuthConnectionString)}",
            $"--POSTGRES_LIVE_URL={Hosts(database.LiveConnectionString)}", $"--POSTGRES_READ_URL={Hosts(database.ApiConnectionString)}",
        ]);
        await api.StartAsync();
        var ana = new Person("ana", ApiFixture.AddressOf(api));
        ana.Take((await ana.Post("/auth/register", new { email = "ana@example.org", password = Person.Password })).Is(201));
        await using var follower = await Follower.Of(ana, ana.Address, "/me/events");
        await Wait.Until(async () => await standby.Ask($"""select true from public."User" where "id" = '{ana.Id}'""") is true);

        await server.DisposeAsync();
        await standby.Promote();
        await Wait.Until(async () => (await ana.Post("/chats", new { title = "after" })) is { Status: 201 or 503 } response && response.Status == 201);
        Assert.Contains("after", (await ana.Get("/chats")).Is(200).Text, StringComparison.Ordinal);
        await Wait.Until(() => Task.FromResult(follower.All.Exists(heard => heard.Kind == "reset")));
        var chat = await ana.Begin();
        await Wait.Until(() => Task.FromResult(follower.All.Exists(heard => heard.Kind == "chat.created" && heard.Row == chat)));
        await api.StopAsync();
    }
}
