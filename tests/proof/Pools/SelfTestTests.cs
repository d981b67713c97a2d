using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>A pooler in transaction mode is found out at the start and by a migration, however many sessions it has.</summary>
public sealed class SelfTestTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await (await TestServer.Shared).CreateDatabase();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Live_delivery_through_a_pooler_is_refused(int size)
    {
        await using var bouncer = await PgBouncer.Start(_database, size);
        var live = ApiFixture.Url(_database.LiveConnectionString, "127.0.0.1", bouncer.Port);
        Assert.Contains("- rlschat_live goes through a pooler that hands each transaction to another session (PgBouncer in transaction mode; "
            + "at Neon, a host with -pooler in its name), so it does not hear that something happened: set POSTGRES_DIRECT_URL",
            await Refusal($"--POSTGRES_LIVE_URL={live}?sslmode=disable"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Prepared_statements_through_a_pooler_are_refused(int size)
    {
        await using var bouncer = await PgBouncer.Start(_database, size);
        var refusal = await Refusal([.. PoolerSettings.Through(bouncer, _database), "--DATABASE_PREPARE=on"]);
        Assert.Contains("- rlschat_api goes through ", refusal, StringComparison.Ordinal);
        Assert.Contains("- rlschat_auth goes through ", refusal, StringComparison.Ordinal);
        Assert.Contains("set DATABASE_PREPARE=off", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_migration_through_a_pooler_is_refused(int size)
    {
        await using var bouncer = await PgBouncer.Start(_database, size);
        var owner = new NpgsqlConnectionStringBuilder(_database.OwnerConnectionString) { Host = "127.0.0.1", Port = bouncer.Port, SslMode = SslMode.Disable };
        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrator.Run(owner.ConnectionString, new MigrationOptions()));
        Assert.Contains("Set POSTGRES_DIRECT_URL to the server itself", refusal.Message, StringComparison.Ordinal);
        // Nothing of the test is left for the next session.
        await using var next = await Connections.Open(owner.ConnectionString);
        await using var locks = new NpgsqlCommand("select count(*)::int from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())", next);
        Assert.Equal(0, await locks.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("session")]
    [InlineData("direct")]
    public async Task A_pooler_in_session_mode_is_accepted(string way)
    {
        await using var bouncer = way == "session" ? await PgBouncer.Start(_database, 8, "pool_mode = session") : null;
        var owner = new NpgsqlConnectionStringBuilder(_database.OwnerConnectionString);
        if (bouncer is not null)
        {
            (owner.Host, owner.Port, owner.SslMode) = ("127.0.0.1", bouncer.Port, SslMode.Disable);
        }

        await Migrator.Run(owner.ConnectionString, new MigrationOptions());
        await using var app = ApiFixture.Build(_database, settings: bouncer is null ? [] :
        [
            .. PoolerSettings.Through(bouncer, _database), "--DATABASE_PREPARE=on",
            $"--POSTGRES_LIVE_URL={ApiFixture.Url(_database.LiveConnectionString, "127.0.0.1", bouncer.Port)}?sslmode=disable",
        ]);
        await app.StartAsync();
        (await new Person("anonymous", ApiFixture.AddressOf(app)).Get("/health/ready")).Is(200);
    }

    private async Task<string> Refusal(params string[] settings)
    {
        await using var app = ApiFixture.Build(_database, settings: settings);
        return (await Assert.ThrowsAsync<SetupException>(() => app.StartAsync())).Message;
    }
}
