using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Respawn;
using RlsChat.Api;
using RlsChat.Api.Answers;
using RlsChat.Api.Data;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>The API on a free port of loopback, over a database of its own.</summary>
public class ApiFixture : IAsyncLifetime
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

    /// <summary>How long live delivery waits here; what a test changes is reset at its end.</summary>
    internal Patience Patience => App.Services.GetRequiredService<Patience>();

    internal void ResetPatience() =>
        (Patience.Remainder, Patience.Reader, Patience.End) = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));

    /// <summary>The people of the tests about an organization; null once the database was emptied.</summary>
    internal OrganizationWorld? OrganizationWorld { get; set; }

    /// <summary>The people around an organization's content; null once the database was emptied.</summary>
    internal ContentWorld? ContentWorld { get; set; }

    /// <summary>Settings on top of the tests' ones.</summary>
    protected virtual string[] Settings => [];

    /// <summary>Other services than the tests' ones.</summary>
    protected virtual Action<WebApplicationBuilder>? Adjust => null;

    /// <summary>Has answers written, by the demo or the model of the settings.</summary>
    internal static void LetAnswer(WebApplicationBuilder builder)
    {
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationInstance is SilentModel));
        builder.Services.AddSingleton(new AnswerLimits());
    }

    public virtual async Task InitializeAsync()
    {
        Database = await (await TestServer.Shared).CreateDatabase();
        if (Database.SuperuserConnectionString is { } superuser)
        {
            // Two who meet wait for this long, and only a superuser may shorten it.
            await Sql.Run(superuser, $"alter database {Database.Name} set deadlock_timeout = '200ms'");
        }

        Setup = new Setup(Database);
        _app = Build(Database, Log, adjust: Adjust, settings: Settings);
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

                // Tests sign many people in, and do not test how long a hash takes.
                builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = iterations);

                // They do not test how quickly a client reads the last events either.
                builder.Services.AddSingleton(new Patience { Remainder = TimeSpan.FromMinutes(1), End = TimeSpan.FromMinutes(1) });
                // A purge between two looks at a table would be taken for an attack's effect.
                builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(Purge)));
                // So would answers that are still being written.
                builder.Services.AddSingleton<IChatClient>(new SilentModel());
                builder.Services.AddSingleton(new AnswerLimits { AtOnceForPerson = 1000, AtOnce = 10_000, MaxTime = TimeSpan.FromHours(1), MaxSilence = TimeSpan.FromHours(1) });
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

    /// <summary>Another API over the same database, with these settings on top; the caller disposes it.</summary>
    internal async Task<WebApplication> Open(params string[] settings)
    {
        var api = Build(Database, settings: settings);
        await api.StartAsync();
        return api;
    }

    /// <summary>A client without a token.</summary>
    internal Person Anonymous() => new("anonymous", Address);

    /// <summary>A person who has just signed up, with an address of their own.</summary>
    /// <param name="name">Their name in messages of failures.</param>
    /// <param name="api">Another API over this database.</param>
    internal async Task<Person> SignUp(string name, WebApplication? api = null)
    {
        var person = new Person(name, api is null ? Address : AddressOf(api)) { Email = $"{name}.{Guid.NewGuid():N}@example.org" };
        var response = await person.Post("/auth/register", new { email = person.Email, password = Person.Password });
        response.Is(201);
        person.Take(response);
        return person;
    }

    /// <summary>An organization of an administrator and a member, and its id.</summary>
    internal async Task<(Person Ana, Person Ben, Guid Organization)> Two()
    {
        var (ana, ben) = (await SignUp("ana"), await SignUp("ben"));
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Is(201).Id;
        await Setup.Verify(ben);
        var token = await ana.Invite(organization, ben.Email, Setup.Member);
        (await ben.Post("/invitations/accept", new { token })).Is(200);
        return (ana, ben, organization);
    }

    /// <summary>An operator who has just signed up.</summary>
    internal async Task<Person> Operator()
    {
        var person = await SignUp("operator");
        await Setup.MakeOperator(person);
        return person;
    }

    /// <summary>Deletes everything but what a migration leaves.</summary>
    internal async Task Empty()
    {
        (OrganizationWorld, ContentWorld) = (null, null);
        // The API's background work continues. Emptying gives way before the server looks for a deadlock, which could
        // end a statement of the API instead.
        await using var connection = await Sql.Open(Database.OwnerConnectionString, "set lock_timeout = '100ms'");
        _respawner ??= await Respawner.CreateAsync(connection, new RespawnerOptions
        {
            DbAdapter = DbAdapter.Postgres,
            SchemasToInclude = ["public"],
        });
        await Wait.WhileLocked(() => _respawner.ResetAsync(connection));
        // Respawn's truncate … cascade empties what it was told to leave alone, too.
        await connection.ExecuteAsync("select app_private.ensure_builtin_rows()");
    }

    public virtual async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}

/// <summary>Tests that share one API, each with people of its own; a test that counts everything empties the database first.</summary>
[Collection(SharedApi.Name)]
public abstract class ApiTest(ApiFixture fixture) : IAsyncLifetime
{
    internal ApiFixture Fixture => fixture;

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync()
    {
        fixture.ResetPatience();
        return Task.CompletedTask;
    }
}
