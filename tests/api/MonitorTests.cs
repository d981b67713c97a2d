using System.Text.Json.Nodes;
using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>GET /monitor: only operators read it, and it never shows what people wrote.</summary>
[Collection(EndpointApi.Name)]
public sealed class MonitorTests(ApiFixture fixture) : ApiTest(fixture)
{
    private static readonly string[] Pages = ["policies", "tables", "activity", "statements", "pool", "denials", "checks", "migrations"];

    public static readonly TheoryData<string> Paths = [.. Pages];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Only_operators_read_it(string path)
    {
        var (admin, op) = (await Fixture.SignUp("admin"), await Fixture.Operator());
        await Fixture.Setup.Found(admin);
        (await Fixture.Anonymous().Get($"/monitor/{path}")).Is(401, "unauthenticated");
        (await admin.Get($"/monitor/{path}")).Is(403, "forbidden");
        (await (await Fixture.SignUp("loner")).Get($"/monitor/{path}")).Is(403, "forbidden");
        Assert.NotNull((await op.Get($"/monitor/{path}")).Is(200).Body["items"]);

        (await op.Post("/auth/logout", new { refreshToken = op.RefreshToken })).Is(204);
        (await op.Get($"/monitor/{path}")).Is(401, "session_ended");
    }

    [Fact]
    public async Task Nothing_that_people_wrote_or_are_called_is_shown()
    {
        var op = await Fixture.Operator();
        var ana = await Fixture.SignUp("hush-ana");
        var organization = await Fixture.Setup.Found(ana, "hush-organization");
        var chat = await ana.Begin("hush-title", "public", organization);
        var message = await ana.Say(chat, "hush-message");
        var testDocument = await TestDocument.By(ana, organization, ana, "hush-document");
        await Fixture.Setup.As<Guid>(ana, """select "id" from public."Chat" where "title" = 'hush-title'""");
        foreach (var path in Pages)
        {
            var text = (await op.Get($"/monitor/{path}")).Is(200).Text;
            foreach (var secret in new[] { "hush", "127.0.0.1", $"{ana.Id}", $"{chat}", $"{message}", $"{testDocument.Id}", $"{organization}" })
            {
                Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task Policies_are_the_files()
    {
        var policies = Items(await (await Fixture.Operator()).Get("/monitor/policies"));
        var own = policies.Single(policy => (string)policy["table"]! == "Chat" && (string)policy["name"]! == "users_own_chats");
        Assert.Equal(("select", true, """["regular_user"]""", null, "People see their personal chats."),
            ((string)own["command"]!, (bool)own["permissive"]!, own["roles"]!.ToJsonString(), (string?)own["check"], (string?)own["comment"]));
        Assert.Contains("auth.uid()", (string)own["using"]!, StringComparison.Ordinal);
        Assert.All(policies, policy => Assert.NotNull(policy["comment"]));
    }

    [Fact]
    public async Task Tables_have_their_policies_and_grants()
    {
        var tables = Items(await (await Fixture.Operator()).Get("/monitor/tables"));
        Assert.All(tables, table => Assert.True((bool)table["rlsEnabled"]! && (bool)table["rlsForced"]! && (long)table["size"]! > 0));
        var stream = tables.Single(table => (string)table["name"]! == "Stream");
        Assert.Equal("""["delete_chat_owner"]""", stream["policies"]!["delete"]!.ToJsonString());
        Assert.Equal("""["chatId","createdAt","id","userId"]""", stream["grants"]!["insert"]!["regular_user"]!.ToJsonString().Replace(" ", "", StringComparison.Ordinal));
        Assert.Null(stream["grants"]!["update"]?["regular_user"]);
    }

    [Fact]
    public async Task Activity_counts_connections()
    {
        var connections = Items(await (await Fixture.Operator()).Get("/monitor/activity"));
        Assert.Contains(connections, row => (string)row["role"]! == "rlschat_api" && (string)row["state"]! == "active"
            && (long)row["count"]! >= 1 && (double)row["oldestTransaction"]! >= 0);
        Assert.All(connections, row => Assert.Equal(
            ["role", "state", "wait", "count", "oldestTransaction"], row.AsObject().Select(member => member.Key)));
    }

    [Fact]
    public async Task Statements_give_the_reason_if_there_are_none()
    {
        var body = (await (await Fixture.Operator()).Get("/monitor/statements")).Is(200).Body;
        Assert.Equal((false, "the extension pg_stat_statements is not in this database", "[]"),
            ((bool)body["available"]!, (string?)body["why"], body["items"]!.ToJsonString()));
    }

    [Fact]
    public async Task Checks_list_what_was_changed_by_hand()
    {
        var op = await Fixture.Operator();
        await using (var connection = new NpgsqlConnection(Fixture.Database.OwnerConnectionString))
        {
            await connection.OpenAsync();
            // All that can be wrong with a new database is its server.
            Assert.Equal(
                ServerVersion.Check(connection).Select(found => found.Subject),
                Items(await op.Get("/monitor/checks")).Where(check => !(bool)check["isNote"]!).Select(check => (string)check["object"]!));
        }

        await AsOwner("""create policy extra on public."Vote" for select using (false)""");
        await AsOwner("""create table public."Loose" ("id" uuid primary key)""");
        try
        {
            var checks = Items(await op.Get("/monitor/checks"));
            Assert.Contains(checks.SelectMany(check => check["differences"]!.AsArray()), difference => difference!.ToJsonString() == """{"part":"using","expected":null,"installed":"false"}""");
            var found = checks.Where(check => !(bool)check["isNote"]!).Select(check => $"{check["rule"]} {check["object"]}").ToList();
            Assert.Contains("drift policy public.\"Vote\" extra", found);
            Assert.Contains("policy_role public.\"Vote\" extra", found);
            Assert.Contains("policies table public.\"Loose\"", found);
        }
        finally
        {
            await AsOwner("""drop policy extra on public."Vote" """);
            await AsOwner("""drop table public."Loose" """);
        }
    }

    [Fact]
    public async Task Checks_list_files_that_are_not_those_of_this_build()
    {
        var op = await Fixture.Operator();
        Assert.DoesNotContain(Items(await op.Get("/monitor/checks")), check => (string)check["rule"]! == "version");
        await AsOwner("""update app_private.migration set "hash" = reverse("hash") where "name" = 'db/policies/Vote.sql'""");
        try
        {
            var found = Assert.Single(Items(await op.Get("/monitor/checks")), check => (string)check["rule"]! == "version");
            Assert.Equal(("db/policies/Vote.sql", "changed since it was applied"), ((string)found["object"]!, (string)found["finding"]!));
        }
        finally
        {
            await AsOwner("""update app_private.migration set "hash" = reverse("hash") where "name" = 'db/policies/Vote.sql'""");
        }
    }

    [Fact]
    public async Task Migrations_are_the_files_of_this_build()
    {
        var files = Items(await (await Fixture.Operator()).Get("/monitor/migrations"));
        Assert.Equal(Script.Embedded.Select(script => script.Name).Order(StringComparer.Ordinal), files.Select(file => (string)file["name"]!).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.True((bool)file["isCurrent"]!));
    }

    private static List<JsonNode> Items(Response response) => [.. response.Is(200).Body["items"]!.AsArray().Select(item => item!)];

    private Task AsOwner(string sql) => Sql.Run(Fixture.Database.OwnerConnectionString, "set role rlschat_owner", sql);
}
