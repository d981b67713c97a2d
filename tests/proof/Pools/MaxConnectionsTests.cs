using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Configuration;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>DATABASE_MAX_CONNECTIONS is what one process opens in all.</summary>
public sealed class MaxConnectionsTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(20)]
    public async Task A_process_opens_no_more_however_many_ask(int most)
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();
        await using var app = ApiFixture.Build(database, settings: [$"--DATABASE_MAX_CONNECTIONS={most}", "--DATABASE_CONNECT_TIMEOUT=30"]);
        await app.StartAsync();
        var address = ApiFixture.AddressOf(app);
        var ana = new Person("ana", address);
        ana.Take((await ana.Post("/auth/register", new { email = "ana@example.org", password = Person.Password })).Is(201));
        // Each request holds its connection until this ends.
        await using var owner = await Sql.Open(database.OwnerConnectionString,
            "set role rlschat_owner", "begin", """lock table public."Chat", public."User" in access exclusive mode""");

        var asked = Enumerable.Range(0, 30).SelectMany(i => new Func<Person, Task<Response>>[]
        {
            person => person.Get("/chats"),
            _ => new Person("anonymous", address).Get("/chats?scope=public"),
            _ => new Person("anonymous", address).Post("/auth/login", new { email = $"ana{i}@example.org", password = Person.Password }),
            _ => new Person("anonymous", address).Get("/health/ready"),
            person => person.Get("/monitor/tables"),
        }.Select(ask => ask(ana))).ToList();

        var pool = app.Services.GetRequiredService<Settings>().Pool;
        var (peak, full) = (0, pool.RegularUser + pool.Anonymous + pool.SignIn + 1);
        await Wait.Until(async () =>
        {
            peak = Math.Max(peak, await Count(database));
            return peak >= full;
        });
        for (var i = 0; i < 20; i++)
        {
            peak = Math.Max(peak, await Count(database));
            await Task.Delay(25);
        }

        await owner.CloseAsync();
        await Task.WhenAll(asked);
        Assert.InRange(peak, full, most);
        Assert.Equal(most, pool.RegularUser + pool.Anonymous + pool.SignIn + PoolSettings.Monitor + PoolSettings.Live);
    }

    /// <summary>The connections of this system's own logins; the owner's are those of this test.</summary>
    private static async Task<int> Count(TestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(
            (database.SuperuserConnectionString ?? database.OwnerConnectionString) + ";Pooling=false");
        await using var command = source.CreateCommand(
            """
            select count(*)::int from pg_stat_activity
            where datname = current_database() and usename in ('rlschat_api', 'rlschat_auth', 'rlschat_live')
            """);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
