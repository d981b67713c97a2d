using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Tests.Proof.Pools;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>The API over a database of its own, with one connection to the server for people: its own, or PgBouncer's.</summary>
internal sealed class OneConnectionApi : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly PgBouncer? _bouncer;

    private OneConnectionApi(TestDatabase database, PgBouncer? bouncer)
    {
        (_database, _bouncer) = (database, bouncer);
        App = ApiFixture.Build(database, Log, settings: [.. PoolerSettings.Through(bouncer, database), "--DATABASE_MAX_CONNECTIONS=8"]);
    }

    public WebApplication App { get; }
    public LogLines Log { get; } = new();
    public Caller Ana { get; private set; }
    public Caller Ben { get; private set; }

    /// <param name="way">"direct" or "pgbouncer".</param>
    /// <param name="more">More settings of PgBouncer.</param>
    public static async Task<OneConnectionApi> Open(string way, params string[] more)
    {
        var database = await (await TestServer.Shared).CreateDatabase();
        var api = new OneConnectionApi(database, way == "pgbouncer" ? await PgBouncer.Start(database, size: 1, more) : null);
        await api.App.StartAsync();
        (api.Ana, api.Ben) = (await api.SignUp("ana"), await api.SignUp("ben"));
        return api;
    }

    public Person Anonymous() => new("anonymous", ApiFixture.AddressOf(App));

    public UserDb As(Caller caller, bool reads = false, CancellationToken stop = default) => new(
        App.Services.GetRequiredService<DataSources>(), App.Services.GetRequiredService<OperationRunner>(), caller, new DatabaseOperation("test", reads, stop));

    /// <summary>A connection that locks the table of chats until it is closed.</summary>
    public Task<NpgsqlConnection> Locked() => Sql.LockChats(_database.OwnerConnectionString);

    /// <summary>Waits until a statement of another session waits for that lock.</summary>
    public Task SomebodyWaits() => Wait.Until(async () => await Sql.WaitingForChats(_database.OwnerConnectionString) > 0);

    public Task AsOwner(params string[] statements) => Sql.Run(_database.OwnerConnectionString, ["set role rlschat_owner", .. statements]);

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (_bouncer is not null)
        {
            await _bouncer.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    private async Task<Caller> SignUp(string name)
    {
        var person = Anonymous();
        person.Take((await person.Post("/auth/register", new { email = $"{name}@example.org", password = Person.Password })).Is(201));
        return new Caller(person.Id, Claims.SessionOf(person.AccessToken));
    }
}
