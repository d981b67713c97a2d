using Npgsql;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Wire;

/// <summary>
/// The cost of a request on the wire: one write of the client, with one Sync at its end, which is one round trip and
/// one transaction, and a second one where nothing was found; and nothing is parsed again.
/// </summary>
[Trait("Covers", "EveryEndpoint")]
public sealed class RoundTripTests
{
    private static readonly (string Name, Func<Person, Guid, Guid, Task<Response>> Ask)[] Requests =
    [
        ("me", (person, _, _) => person.Get("/me")),
        ("list mine", (person, _, _) => person.Get("/chats")),
        ("list organization", (person, _, _) => person.Get("/chats?scope=organization")),
        ("list public", (person, _, _) => person.Get("/chats?scope=public")),
        ("begin", (person, _, _) => person.Post("/chats", new { title = "a" })),
        ("begin with everything", (person, _, _) => person.Post("/chats", new { id = Guid.NewGuid(), title = "a", visibility = "public" })),
        ("get", (person, chat, _) => person.Get($"/chats/{chat}")),
        ("get absent", (person, _, _) => person.Get($"/chats/{Guid.NewGuid()}")),
        ("retitle", (person, chat, _) => person.Patch($"/chats/{chat}", new { title = "b" })),
        ("publish", (person, chat, _) => person.Patch($"/chats/{chat}", new { visibility = "public" })),
        ("retitle absent", (person, _, _) => person.Patch($"/chats/{Guid.NewGuid()}", new { title = "b" })),
        ("delete absent", (person, _, _) => person.Delete($"/chats/{Guid.NewGuid()}")),
        ("messages", (person, chat, _) => person.Get($"/chats/{chat}/messages")),
        ("say", (person, chat, _) => person.Post($"/chats/{chat}/messages", new { role = "user", parts = new[] { "a" } })),
        ("reword", (person, _, message) => person.Patch($"/messages/{message}", new { parts = new[] { "b" } })),
        ("unsay absent", (person, _, _) => person.Delete($"/messages/{Guid.NewGuid()}")),
        ("cut", (person, chat, message) => person.Delete($"/chats/{chat}/messages?after={message}")),
        ("vote", (person, _, message) => person.Put($"/messages/{message}/vote", new { value = "up" })),
        ("unvote absent", (person, _, _) => person.Delete($"/messages/{Guid.NewGuid()}/vote")),
        ("votes", (person, chat, _) => person.Get($"/chats/{chat}/votes")),
        ("streams", (person, chat, _) => person.Get($"/chats/{chat}/streams")),
        ("open", (person, chat, _) => person.Post($"/chats/{chat}/streams", new { })),
        ("append absent", (person, _, _) => person.Post($"/streams/{Guid.NewGuid()}/chunks", new { index = 0, data = "a" })),
        ("answer absent", (person, _, _) => person.Post($"/chats/{Guid.NewGuid()}/answers", new { })),
        ("abandon absent", (person, _, _) => person.Post($"/streams/{Guid.NewGuid()}/abandon", new { })),
        ("finish absent", (person, _, _) => person.Post($"/streams/{Guid.NewGuid()}/finish", new { })),
        ("delete stream absent", (person, _, _) => person.Delete($"/streams/{Guid.NewGuid()}")),
        ("policies", (person, _, _) => person.Get("/monitor/policies")),
        ("write", (person, _, _) => person.Post("/documents", new { title = "a" })),
        ("documents", (person, _, _) => person.Get("/documents")),
        ("document absent", (person, _, _) => person.Get($"/documents/{Guid.NewGuid()}?at=2026-01-31T09:30:00.000Z")),
        ("versions absent", (person, _, _) => person.Get($"/documents/{Guid.NewGuid()}/versions")),
        ("version absent", (person, _, _) => person.Post($"/documents/{Guid.NewGuid()}/versions", new { title = "b" })),
        ("delete document absent", (person, _, _) => person.Delete($"/documents/{Guid.NewGuid()}")),
        ("suggestions absent", (person, _, _) => person.Get($"/documents/{Guid.NewGuid()}/suggestions")),
        ("suggest absent", (person, _, _) => person.Post($"/documents/{Guid.NewGuid()}/suggestions", new { originalText = "a", suggestedText = "b" })),
        ("resolve absent", (person, _, _) => person.Patch($"/suggestions/{Guid.NewGuid()}", new { isResolved = true })),
    ];

    /// <summary>Requests that ask, where they find nothing, whether a row is readable.</summary>
    private static readonly string[] Asking =
    [
        "streams", "cut", "retitle absent", "delete absent", "unsay absent", "abandon absent", "finish absent", "delete stream absent",
        "delete document absent", "resolve absent", "versions absent", "suggestions absent",
    ];

    [Theory]
    [InlineData("direct", "on", "BE")]
    [InlineData("direct", "off", "PBDE")]
    [InlineData("pgbouncer", "off", "PBDE")]
    public async Task One_write_and_one_sync_a_request(string way, string prepare, string statement)
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();
        await using var bouncer = way == "pgbouncer" ? await PgBouncer.Start(database, size: 1) : null;
        var server = new NpgsqlConnectionStringBuilder(database.ApiConnectionString);
        await using var proxy = bouncer is null ? new CountingProxy(server.Host!, server.Port) : new CountingProxy("127.0.0.1", bouncer.Port);
        await using var app = ApiFixture.Build(database, settings:
        [
            $"--POSTGRES_API_URL={ApiFixture.Url(database.ApiConnectionString, "127.0.0.1", proxy.Port)}?sslmode=disable",
            "--DATABASE_MAX_CONNECTIONS=8", $"--DATABASE_PREPARE={prepare}",
        ]);
        await app.StartAsync();

        var (ana, nobody) = (new Person("ana", ApiFixture.AddressOf(app)), new Person("anonymous", ApiFixture.AddressOf(app)));
        ana.Take((await ana.Post("/auth/register", new { email = "ana@example.org", password = Person.Password })).Is(201));
        var chat = await ana.Begin(visibility: "public");
        var message = await ana.Say(chat);
        foreach (var (name, ask) in Requests)
        {
            foreach (var person in new[] { ana, nobody })
            {
                // A statement is prepared at its second use on a connection; the start leaves two in the pool of monitor.
                for (var i = 0; i < 6; i++)
                {
                    await ask(person, chat, message);
                }

                var connections = proxy.Connections;
                proxy.Take();
                var response = await ask(person, chat, message);
                var (writes, sent) = proxy.Take();
                if (person == nobody && response.Status == 401)
                {
                    // Denied while it is parsed, or never asked: prepared or not, there is no second trip.
                    Assert.True(writes <= 1 && sent.Count(letter => letter == 'S') == writes, $"{person.Name} {name}: {writes} writes, {sent}");
                    continue;
                }

                // Where nothing was found, a second trip verifies the session, and may ask whether a row is readable.
                var isNothing = name is "list organization" or "streams" or "cut" || name.EndsWith(" absent", StringComparison.Ordinal);
                var expected = !isNothing || (person == nobody && name == "get absent") ? Trip(2) : Trip(2) + Trip(Asking.Contains(name) ? 2 : 1);
                Assert.True(expected == sent && writes == sent.Count(letter => letter == 'S'), $"{person.Name} {name}: {writes} writes, {sent}");
                Assert.Equal(connections, proxy.Connections);
            }
        }

        string Trip(int statements) => string.Concat(Enumerable.Repeat(statement, statements)) + "S";
    }
}
