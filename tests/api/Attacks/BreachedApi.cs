using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// The API with a hole in it: endpoints that run SQL which the client writes, through the same door, pools and
/// identity as every other endpoint. Mallory, who runs an organization of her own, attacks; Ben is the victim.
/// </summary>
public sealed class BreachedApi : IAsyncLifetime
{
    /// <summary>Stands in everything that Ben wrote.</summary>
    public const string Mark = "what only Ben may know";

    private WebApplication _app = null!;

    internal TestDatabase Database { get; private set; } = null!;
    internal Setup Setup { get; private set; } = null!;
    internal Uri Address { get; private set; } = null!;
    internal Person Mallory { get; private set; } = null!;
    internal Victim Ben { get; private set; } = null!;
    internal Guid MyChat { get; private set; }
    internal Guid MyOrganization { get; private set; }

    /// <summary>The truth as the last attack left it; null once a test has changed something on purpose.</summary>
    internal string? Known { get; set; }

    public async Task InitializeAsync()
    {
        Database = await (await TestServer.Shared).CreateDatabase();
        Setup = new Setup(Database);
        _app = await Open(Database, "--DATABASE_MAX_CONNECTIONS=8");
        Address = ApiFixture.AddressOf(_app);
        Mallory = await SignUp("mallory");
        MyOrganization = await Setup.Found(Mallory, "Mallory Ltd");
        MyChat = await Mallory.Begin("mine");
        await Mallory.Say(MyChat, "mine");
        Ben = await Victim.Of(this);
    }

    /// <summary>An API over that database, with the hole, already started.</summary>
    internal static async Task<WebApplication> Open(TestDatabase database, params string[] settings)
    {
        var app = ApiFixture.Build(database, settings: settings);
        // The API's description is one for all tests, so it does not show the hole.
        var hole = app.MapGroup("/hole").ExcludeFromDescription();
        hole.MapGet("", (string sql, UserDb db) => AttackResult.Of(() => db.Query<string>(sql)));
        hole.MapPost("", async (HttpRequest request, UserDb db) =>
        {
            var sql = await new StreamReader(request.Body).ReadToEndAsync();
            return await AttackResult.Of(() => db.Query<string>(sql));
        });
        // As such holes look in life: a value and a name that were pasted into a statement.
        hole.MapGet("/search", (string q, UserDb db) => AttackResult.Of(() => db.Query<string>(
            $"""select c."title"::text from public."Chat" c where c."title" ilike '%{q}%'""")));
        hole.MapGet("/sorted", (string by, UserDb db) => AttackResult.Of(() => db.Query<string>(
            $"""select c."title"::text from public."Chat" c order by {by}""")));
        hole.MapPost("/rename", async (HttpRequest request, UserDb db) =>
        {
            var title = await new StreamReader(request.Body).ReadToEndAsync();
            return await AttackResult.Of(() => db.Query<string>(
                $"""update public."Chat" set "title" = '{title}' where "userId" = auth.uid() returning "title"::text"""));
        });
        await app.StartAsync();
        return app;
    }

    internal async Task<Person> SignUp(string name, Uri? address = null)
    {
        var person = new Person(name, address ?? Address) { Email = $"{name}.{Guid.NewGuid():N}@example.org" };
        person.Take((await person.Post("/auth/register", new { email = person.Email, password = Person.Password })).Is(201));
        return person;
    }

    /// <summary>Replaces the names in brackets with ids and secrets.</summary>
    internal string Named(string sql, string? secret = null) => sql
        .Replace("[ben]", Ben.Person.Id.ToString(), StringComparison.Ordinal)
        .Replace("[mallory]", Mallory.Id.ToString(), StringComparison.Ordinal)
        .Replace("[secret]", secret ?? Claims.SessionOf(Mallory.AccessToken), StringComparison.Ordinal)
        .Replace("[my chat]", MyChat.ToString(), StringComparison.Ordinal)
        .Replace("[chat]", Ben.Chat.ToString(), StringComparison.Ordinal)
        .Replace("[message]", Ben.Message.ToString(), StringComparison.Ordinal)
        .Replace("[document]", Ben.Document.ToString(), StringComparison.Ordinal)
        .Replace("[organization]", Ben.Organization.ToString(), StringComparison.Ordinal);

    /// <summary>Everything that an attack must not change.</summary>
    internal Task<string> Truth() => Setup.Everything();

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>The result of an attack: rows, or an error of the server.</summary>
internal sealed record AttackResult(string? Error, IReadOnlyList<string?> Rows)
{
    internal static async Task<IResult> Of(Func<Task<List<string>>> steal)
    {
        try
        {
            return Results.Json(new AttackResult(null, await steal()));
        }
        catch (PostgresException e)
        {
            return Results.Json(new AttackResult(e.SqlState, [e.MessageText, e.Detail, e.Hint]));
        }
        catch (SessionEndedException)
        {
            return Results.Json(new AttackResult("session ended", []));
        }
    }

    /// <summary>That SQLSTATE, or "= " and the rows, apart by commas.</summary>
    public string Outcome => Error ?? $"= {string.Join(", ", Rows)}";
}

[CollectionDefinition(Name)]
public sealed class SharedBreachedApi : ICollectionFixture<BreachedApi>
{
    public const string Name = "breached API";
}
