using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Respawn;
using RlsChat.Api;
using RlsChat.Api.Data;
using RlsChat.Api.Live;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>The API on a free port of loopback, over a database of its own.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    // Long enough for HS512: only the list of algorithms refuses that.
    public const string SigningKey =
        "test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMw==";
    private WebApplication? _app;
    private Respawner? _respawner;

    internal TestDatabase Database { get; private set; } = null!;
    internal WebApplication App => _app!;
    internal Uri Address { get; private set; } = null!;
    internal LogLines Log { get; } = new();
    internal Setup Setup { get; private set; } = null!;

    /// <summary>How long live delivery waits here: what a test sets is set back when the database is emptied.</summary>
    internal Patience Patience => App.Services.GetRequiredService<Patience>();

    /// <summary>The people of the chat matrices; null once the database was emptied.</summary>
    internal ChatWorld? ChatWorld { get; set; }

    /// <summary>The same, for the matrices about an organization.</summary>
    internal OrganizationWorld? OrganizationWorld { get; set; }

    /// <summary>The people around an organization's content; null once the database was emptied.</summary>
    internal ContentWorld? ContentWorld { get; set; }

    public async Task InitializeAsync()
    {
        Database = await (await TestServer.Shared).CreateDatabase();
        Setup = new Setup(Database);
        _app = Build(Database, Log);
        await _app.StartAsync();
        Address = AddressOf(_app);
    }

    /// <summary>An API that was not started yet, with the tests' settings and these on top.</summary>
    internal static WebApplication Build(
        TestDatabase database, LogLines? log = null, int iterations = 1000,
        Action<WebApplicationBuilder>? adjust = null, params string[] settings) =>
        ApiHost.Build(
            [
                $"--POSTGRES_API_URL={Url(database.ApiConnectionString)}",
                $"--POSTGRES_AUTH_URL={Url(database.AuthConnectionString)}",
                $"--POSTGRES_LIVE_URL={Url(database.LiveConnectionString)}",
                "--PORT=0", "--JWT_ISSUER=test-issuer", "--JWT_AUDIENCE=test-audience",
                $"--JWT_SIGNING_KEYS={SigningKey}", "--AUTH_RATE_LIMIT=1000000", "--ADDRESS_RATE_LIMIT=1000000", "--PERSON_RATE_LIMIT=1000000", "--DATABASE_MAX_CONNECTIONS=12",
                .. settings,
            ],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Logging.AddProvider((log ?? new LogLines()).For(builder.Environment));

                // A test signs many people in: what takes time in a password's hash is not what is tested.
                builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = iterations);

                // Nor how quickly a test reads what was put before the end.
                builder.Services.AddSingleton(new Patience { Remainder = TimeSpan.FromMinutes(1), End = TimeSpan.FromMinutes(1) });
                // A purge between two looks at a table would be taken for an attack's effect.
                builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(Purge)));
                adjust?.Invoke(builder);
            });

    internal static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    internal static string Url(string connectionString, string? host = null, int? port = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgresql://{settings.Username}:{Uri.EscapeDataString(settings.Password!)}"
            + $"@{host ?? settings.Host}:{port ?? settings.Port}/{settings.Database}";
    }

    /// <summary>Another API over the same database, with these settings on top; whoever asks for it disposes it.</summary>
    internal async Task<WebApplication> Open(params string[] settings)
    {
        var api = Build(Database, settings: settings);
        await api.StartAsync();
        return api;
    }

    /// <summary>Nobody in particular.</summary>
    internal Person Anonymous() => new("anonymous", Address);

    /// <summary>Somebody who has just signed up, under an address that nobody has.</summary>
    /// <param name="name">Who.</param>
    /// <param name="api">Where, when it is another API over this database.</param>
    internal async Task<Person> SignUp(string name, WebApplication? api = null)
    {
        var person = new Person(name, api is null ? Address : AddressOf(api)) { Email = $"{name}.{Guid.NewGuid():N}@example.org" };
        var response = await person.Post("/auth/register", new { email = person.Email, password = Person.Password });
        response.Is(201);
        person.Take(response);
        return person;
    }

    /// <summary>Nobody, and nothing but what a migration leaves.</summary>
    internal async Task Empty()
    {
        (ChatWorld, OrganizationWorld, ContentWorld) = (null, null, null);
        (Patience.Remainder, Patience.Reader, Patience.End) = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));
        await using var connection = new NpgsqlConnection(Database.OwnerConnectionString);
        await connection.OpenAsync();
        _respawner ??= await Respawner.CreateAsync(connection, new RespawnerOptions
        {
            DbAdapter = DbAdapter.Postgres,
            SchemasToInclude = ["public"],
        });
        // The API goes on living meanwhile: delivery reads, figures are asked for. Emptying gives way before
        // the server looks for a deadlock (after a second), which could end the API's statement instead.
        await Run(connection, "set lock_timeout = '300ms'");
        await Wait.WhileLocked(() => _respawner.ResetAsync(connection));
        // Respawn's truncate … cascade empties what it was told to leave alone, too.
        await Run(connection, "select app_private.ensure_builtin_rows()");
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}

/// <summary>Tests of this collection share an API and its database, and run one after the other. Other collections run beside it.</summary>
[CollectionDefinition(Name)]
public sealed class SharedApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "shared API";
}

/// <summary>The same for live delivery, whose tests wait most of their time.</summary>
[CollectionDefinition(Name)]
public sealed class LiveApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "live API";
}

/// <summary>The same for signing in, whose tests start many APIs.</summary>
[CollectionDefinition(Name)]
public sealed class SignInApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "sign-in API";
}

/// <summary>
/// Tests that read metrics, which .NET collects by the name of a meter: those of another API in the process would be
/// among them. They run after the other collections, one after the other.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoneApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "lone API";
}

/// <summary>Tests that share one API; each begins with an empty database.</summary>
[Collection(SharedApi.Name)]
public abstract class ApiTest(ApiFixture fixture) : IAsyncLifetime
{
    internal ApiFixture Fixture => fixture;

    public virtual Task InitializeAsync() => fixture.Empty();

    public Task DisposeAsync() => Task.CompletedTask;
}
