using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>POST /monitor/explain and /who: only operators ask, each question is in the audit, and no value of a row is answered.</summary>
[Collection(EndpointApi.Name)]
public sealed class AccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Marker = "tell-nobody";
    private WebApplication _api = null!;
    private Person _ana = null!, _dan = null!, _operator = null!;
    private Guid _chat, _message;

    public override async Task InitializeAsync()
    {
        _api = await Fixture.Open($"--POSTGRES_EXPLAIN_URL={ApiFixture.Url(Fixture.Database.ExplainConnectionString)}");
        var address = ApiFixture.AddressOf(_api);
        (_ana, _dan, _operator) = ((await Fixture.SignUp("ana")).At(address), (await Fixture.SignUp("dan")).At(address), (await Fixture.Operator()).At(address));
        _chat = await _ana.Begin(Marker);
        _message = await _ana.Say(_chat, Marker);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Theory]
    [InlineData("explain")]
    [InlineData("who")]
    public async Task Only_operators_ask(string path)
    {
        var question = new { table = "Chat", key = _chat };
        (await Fixture.Anonymous().At(_ana.Address).Post($"/monitor/{path}", question)).Is(401, "unauthenticated");
        (await _ana.Post($"/monitor/{path}", question)).Is(403, "forbidden");
        Assert.Equal(0, await Recorded(_ana));
        (await _operator.Post("/auth/logout", new { refreshToken = _operator.RefreshToken })).Is(204);
        (await _operator.Post($"/monitor/{path}", question)).Is(401, "session_ended");
    }

    [Theory]
    [InlineData("explain")]
    [InlineData("who")]
    public async Task Without_its_login_nothing_is_explained(string path)
    {
        var question = new { table = "Chat", key = _chat };
        (await _ana.At(Fixture.Address).Post($"/monitor/{path}", question)).Is(403, "forbidden");
        (await _operator.At(Fixture.Address).Post($"/monitor/{path}", question)).Is(404, "not_configured");
    }

    [Fact]
    public async Task A_hidden_chat_is_explained_by_its_policies()
    {
        var told = await Explain(new { person = _dan.Email, table = "Chat", key = _chat, command = "select" });
        Assert.Equal(("delivery", "false", "the person does not see the row's chat: none of the select policies org_access, select_public_signed_in, users_own_chats is true"),
            ((string)told["delivery"]!["kind"]!, (string)told["delivery"]!["truth"]!, (string)told["delivery"]!["note"]!));
        Assert.Equal(("select", "hidden", true), ((string)told["command"]!, (string)told["verdict"]!, (bool)told["isConsistent"]!));
        Assert.Equal("select  hidden  none of the select policies org_access, select_public_signed_in, users_own_chats is true", (string)told["summary"]!);
        Assert.Contains("auth.uid() is the person's id", (string)told["facts"]![0]!, StringComparison.Ordinal);
        var policies = told["steps"]!.AsArray().Single(step => (string)step!["kind"]! == "policies")!["parts"]![0]!;
        Assert.Equal(("permissive", true), ((string)policies["kind"]!, (bool)policies["isAny"]!));
        var own = policies["parts"]!.AsArray().Single(policy => (string)policy!["text"]! == "policy users_own_chats")!;
        Assert.Equal(("policy", "false", "People see their personal chats."), ((string)own["kind"]!, (string)own["truth"]!, (string)own["note"]!));
        Assert.Equal(["\"organizationId\" IS NULL true", "\"userId\" = auth.uid() false"], own["parts"]![0]!["parts"]!.AsArray().Select(leg => $"{leg!["text"]} {leg["truth"]}"));
        told = await Explain(new { person = _ana.Id, table = "Chat", key = _chat, command = "select" });
        Assert.Equal(("yes", "true"), ((string)told["verdict"]!, (string)told["delivery"]!["truth"]!));
        Assert.Equal("hidden", (string)(await Explain(new { person = "anonymous", table = "Chat", key = _chat, command = "select" }))["verdict"]!);
    }

    [Fact]
    public async Task Every_command_is_tried_and_taken_back()
    {
        var before = await Fixture.Setup.Everything();
        var told = Items(await Ask(new { person = _ana.Email, table = "Message", key = _message }));
        Assert.Equal(["select yes", "insert yes", "update yes", "delete yes"], told.Select(one => $"{one["command"]} {one["verdict"]}"));
        var news = (await Fixture.Setup.Everything()).Split('\n').Except(before.Split('\n'));
        Assert.Contains("access_explained", Assert.Single(news), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trigger_that_sets_what_the_policy_checks_is_rehearsed()
    {
        var told = await Explain(new { person = _ana.Email, table = "Vote", command = "insert", change = new { message_id = _message, value = "up" } });
        Assert.Equal(("yes", true), ((string)told["verdict"]!, (bool)told["isConsistent"]!));
        Assert.Equal(["The insert was tried"], told["warnings"]!.AsArray().Select(warning => ((string)warning!)[..20]));
    }

    [Fact]
    public async Task What_other_than_policies_refuses_is_named_without_a_value()
    {
        var told = await Explain(new { person = _ana.Email, table = "Chat", key = _chat, command = "update", change = new { title = "" } });
        Assert.Equal(("failed", "23514", "constraint", "check Chat_title_check"),
            ((string)told["verdict"]!, (string)told["sqlState"]!, (string)told["refusal"]!["kind"]!, (string)told["refusal"]!["name"]!));
        told = await Explain(new { person = _dan.Email, table = "Message", command = "insert", change = new { chatId = _chat, role = "user", parts = new[] { Marker } }, returning = new[] { "id" } });
        Assert.Equal(("denied", "policy"), ((string)told["verdict"]!, (string)told["refusal"]!["kind"]!));
    }

    [Fact]
    public async Task A_token_stands_for_its_person_while_its_session_lives()
    {
        var question = new { token = _ana.AccessToken, table = "Chat", key = _chat, command = "select" };
        Assert.Equal("yes", (string)(await Explain(question))["verdict"]!);
        (await _ana.Post("/auth/logout", new { refreshToken = _ana.RefreshToken })).Is(204);
        Assert.Equal(("hidden", "session"), ((string)(await Explain(question))["verdict"]!, (string)(await Explain(question))["refusal"]!["kind"]!));
        Assert.Equal(_ana.Id, await Fixture.Setup.As<Guid>(_operator, """select "subjectId" from public."AuditEvent" where "action" = 'access_explained' order by "id" desc limit 1"""));
    }

    [Fact]
    public async Task Each_question_is_in_the_audit()
    {
        await Ask(new { person = _dan.Email, table = "Chat", key = _chat, command = "update", change = new { title = Marker } });
        (await _operator.Post("/monitor/who", new { table = "Chat", key = _chat })).Is(200);
        var events = (await _operator.Get("/me/audit")).Is(200).Body["items"]!.AsArray().Take(2).Select(item => item!).ToList();
        Assert.Equal([("audience_listed", null, "Chat", $"{_chat}"), ("access_explained", $"{_dan.Id}", "Chat", $"{_chat}")],
            events.Select(item => ((string)item["action"]!, (string?)item["subjectId"], (string)item["target"]!, (string?)item["targetId"])));
        Assert.All(events, item => Assert.DoesNotContain(Marker, item.ToJsonString(), StringComparison.Ordinal));
        Assert.Equal("access_explained", (string)(await _dan.Get("/me/audit")).Is(200).Body["items"]![0]!["action"]!);
    }

    [Fact]
    public async Task A_refused_request_is_explained_by_its_trace_id()
    {
        var hidden = (await _dan.Patch($"/chats/{_chat}", new { title = Marker })).Is(404);
        var denied = (await _dan.Post("/chats", new { title = Marker, organizationId = Guid.NewGuid() })).Is(403);
        var listed = (await _operator.Get("/monitor/denials")).Is(200);
        Assert.DoesNotContain(Marker, listed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"{_chat}", listed.Text, StringComparison.Ordinal);
        var trace = (string)hidden.Body["traceId"]!;
        var of = listed.Body["items"]!.AsArray().Single(item => (string)item!["traceId"]! == trace)!;
        Assert.Equal(("chats.update", 404, "Chat", $"{_dan.Id}"), ((string)of["operation"]!, (int)of["status"]!, (string)of["table"]!, (string)of["callerId"]!));
        of = listed.Body["items"]!.AsArray().Single(item => (string)item!["traceId"]! == (string)denied.Body["traceId"]!)!;
        Assert.Equal(("chats.create", 403, "42501", null), ((string)of["operation"]!, (int)of["status"]!, (string)of["sqlState"]!, (string?)of["table"]));
        var told = await Explain(new { traceId = trace });
        Assert.Equal(("update", "hidden"), ((string)told["command"]!, (string)told["verdict"]!));
        (await Post(new { traceId = new string('0', 32) })).Refuses("traceId");
    }

    [Fact]
    public async Task A_path_of_one_row_names_its_table()
    {
        var tables = Items((await _operator.Get("/monitor/tables")).Is(200)).Select(table => (string)table["name"]!).ToHashSet();
        var paths = (await Contract.At(_operator.Address)).Operations.Where(operation => Regex.IsMatch(operation.Path, @"^/\w+/\{id\}$")).ToList();
        foreach (var operation in paths.Where(operation => operation.Method is "GET" or "DELETE"))
        {
            (await _operator.Send(new HttpMethod(operation.Method), operation.Path.Replace("{id}", $"{Guid.NewGuid()}", StringComparison.Ordinal))).Is(404);
        }

        var named = Items((await _operator.Get("/monitor/denials")).Is(200)).Where(item => (string?)item["callerId"] == $"{_operator.Id}").Select(item => (string)item["table"]!).ToHashSet();
        Assert.Subset(tables, named);
        Assert.Equal(paths.Select(operation => operation.Path).Distinct().Count(), named.Count);
    }

    [Fact]
    public async Task Everyone_who_can_do_something_to_a_row()
    {
        var audience = (await _operator.Post("/monitor/who", new { table = "Chat", key = _chat })).Is(200);
        var only = Assert.Single(audience.Body["people"]!.AsArray())!;
        Assert.Equal((_ana.Id, "policy users_own_chats"), ((Guid)only["id"]!, (string)only["select"]!));
        Assert.Equal((int)audience.Body["all"]!, (int)audience.Body["asked"]!);
        Assert.DoesNotContain("@", audience.Text, StringComparison.Ordinal);

        // Everyone who can sign in sees a public one; the canary cannot.
        var open = (await _operator.Post("/monitor/who", new { table = "Chat", key = await _ana.Begin(visibility: "public") })).Is(200);
        Assert.Contains($"{_dan.Id}", open.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("00000000ca7a", open.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_s_reach_is_counted_table_by_table_and_changes_nothing()
    {
        var before = await Fixture.Setup.Everything();
        var response = (await _operator.Get($"/monitor/people/{_ana.Id}/reach")).Is(200);
        var news = (await Fixture.Setup.Everything()).Split('\n').Except(before.Split('\n'));
        Assert.Contains("reach_counted", Assert.Single(news), StringComparison.Ordinal);
        Assert.DoesNotContain(Marker, response.Text, StringComparison.Ordinal);
        var of = Items(response).ToDictionary(item => (string)item["table"]!);
        Assert.Equal(await Fixture.Setup.As<long>(_ana, """select count(*) from public."Chat" """), (int)of["Chat"]["select"]!["rows"]!);
        Assert.Equal(["1", "1", "1"], new[] { of["Chat"]["update"]!, of["Chat"]["delete"]!, of["Message"]["update"]! }.Select(count => $"{count["rows"]}"));
        Assert.Equal((0, "42501"), ((int)of["Event"]["select"]!["rows"]!, (string)of["Event"]["select"]!["sqlState"]!));
        (await _operator.Get($"/monitor/people/{Guid.NewGuid()}/reach")).Is(404, "not_found");
        (await _ana.Get($"/monitor/people/{_ana.Id}/reach")).Is(403, "forbidden");
    }

    [Fact]
    public async Task Questions_about_nothing()
    {
        (await Post(new { person = "nobody@example.org", table = "Chat", key = _chat })).Refuses("person");
        (await Post(new { table = "Chat", key = _chat })).Refuses("person");
        (await Post(new { person = _dan.Id, key = _chat })).Refuses("table");
        (await Post(new { person = _dan.Id, table = "Chat", key = $$"""{"title": "{{Marker}}"}""" })).Refuses("key");
        (await Post(new { person = _dan.Id, table = "pg_authid", key = 1 + "" })).Is(400, "unknown_question");
        (await Post(new { person = _dan.Id, table = "Chat", key = "x" })).Is(400, "unknown_question");
        (await Post(new { person = _dan.Id, table = "Chat", key = _chat, command = "update", change = new { nothing = 1 } })).Is(400, "unknown_question");
        (await _operator.SendRaw(HttpMethod.Post, "/monitor/explain",
            $$"""{"person": "{{_ana.Id}}", "table": "Chat", "key": "{{_chat}}", "command": "update", "change": {"title": "a", "title": "b"} }""")).Is(400, "unknown_question");
        (await _operator.Post("/monitor/who", new { table = "Chat", key = Guid.NewGuid() })).Is(400, "unknown_question");
        Assert.Equal("absent", (string)(await Explain(new { person = _dan.Id, table = "Chat", key = Guid.NewGuid(), command = "select" }))["verdict"]!);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"sub": "9f0d1e5c-4d0f-4c3e-9d9c-0d0f4c3e9d9c", "ses": "x", "exp": 9000000000000000000}""")]
    public async Task A_forged_token_is_none(string claims)
    {
        var question = new { token = $"x.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.x", table = "Chat", key = _chat };
        (await Post(question)).Is(400, "unknown_question");
        (await _ana.Post("/monitor/explain", question)).Is(403, "forbidden");
    }

    [Fact]
    public async Task One_question_at_a_time()
    {
        var question = new { person = _ana.Id, table = "Chat", key = _chat };
        await using var locked = await Sql.LockChats(Fixture.Database.OwnerConnectionString);
        var first = Post(question);
        while (await Sql.WaitingForChats(Fixture.Database.OwnerConnectionString) == 0 && !first.IsCompleted)
        {
            await Task.Delay(20);
        }

        Assert.NotNull((await Post(question)).Is(429, "explaining").RetryAfter);
        Assert.NotNull((await first).Is(503, "unavailable").RetryAfter);
    }

    private async Task<Response> Post(object question)
    {
        var response = await _operator.Post("/monitor/explain", question);
        Assert.DoesNotContain(Marker, response.Text, StringComparison.Ordinal);
        return response;
    }

    private async Task<Response> Ask(object question) => (await Post(question)).Is(200);

    private async Task<JsonNode> Explain(object question) => Assert.Single(Items(await Ask(question)));

    private Task<long> Recorded(Person person) => Fixture.Setup.As<long>(person, """select count(*) from public."AuditEvent" where "action" in ('access_explained', 'audience_listed')""");

    private static List<JsonNode> Items(Response response) => [.. response.Body["items"]!.AsArray().Select(item => item!)];
}
