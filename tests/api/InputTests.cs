using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Proof.NonInterference;

namespace RlsChat.Tests.Api;

/// <summary>
/// Faults that the description of a field does not cover are refused too, by the name of the field, and change nothing.
/// <see cref="DescribedLimitsTests"/> covers the rest.
/// </summary>
[Collection(EndpointApi.Name)]
public sealed class InputTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Chunks = "/streams/{stream}/chunks", Roles = "/organizations/{organization}/roles", Member = "/organizations/{organization}/members/{member}";

    // {member} and other names in braces are ids of what ana has.
    private static readonly (string Method, string Path, string Body, string Fields)[] Bodies =
    [
        ("POST", "/auth/register", """{"email": "a@b@c", "password": "long enough"}""", "email"),
        ("POST", "/auth/register", """{"email": "a @b.c", "password": "long enough"}""", "email"),
        ("POST", "/auth/register", """{"email": "a@b.c\u0000", "password": "long enough"}""", "email"),
        ("POST", "/auth/register", $$"""{"email": "{{new string('a', 250)}}@b.cd", "password": "long enough"}""", "email"),
        ("POST", "/auth/register", "{}", "email password"),
        ("POST", "/auth/login", """{"email": "", "password": ""}""", "email password"),
        ("POST", "/chats", """{"title": "half \ud800"}""", "title"),
        ("POST", "/chats", """{"Title": "a"}""", "Title"),
        ("POST", "/chats", """{"title": "a", "title": "b"}""", "title"),
        ("POST", "/documents", """{"title": "", "kind": "film"}""", "title kind"),
        ("POST", "/documents/{document}/suggestions?at=now", """{"originalText": "a", "suggestedText": "b"}""", "at"),
        ("POST", "/documents/{document}/suggestions", """{"originalText": "a", "suggestedText": "half \ud800"}""", "suggestedText"),
        ("POST", Chunks, """{"index": -1, "data": "x"}""", "index"),
        ("POST", Chunks, """{"index": 2147483648, "data": "x"}""", "index"),
        ("POST", Chunks, """{"index": 1, "data": "half \ud800"}""", "data"),
        ("PATCH", Member, """{"roleId": null}""", "body"),
        ("POST", Roles, """{"name": "a", "permissions": {"can_view_audit": true}}""", "permissions"),
        ("POST", "/credits/grants", """{"userId": "{member}", "amount": 1000000000000000000, "reason": "a"}""", "amount"),
        ("POST", "/credits/grants", """{"userId": "{member}", "amount": 1e40, "reason": "a"}""", "amount"),
        ("POST", "/credits/grants", """{"userId": "{member}", "amount": NaN, "reason": "a"}""", "body"),
    ];

    private static readonly (string Method, string Path, string Fields)[] Paths =
    [
        ("GET", "/chats?cursor=________________________________", "cursor"),
        ("GET", "/chats?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor"),
        ("GET", "/chats?limit=0&cursor=x", "cursor limit"),
        ("GET", "/chats/{11111111-1111-4111-8111-111111111111}", "id"),
        ("GET", "/chats/11111111111141118111111111111111", "id"),
        ("GET", "/documents/{document}?at=2026-01-31", "at"),
        ("GET", "/documents/{document}?at=2026-01-31T09:30:00Z", "at"),
        ("GET", "/documents/{document}?at=2026-01-31T09:30:00.0000Z", "at"),
        ("GET", "/documents/{document}?at=2026-01-31T09:30:00.000", "at"),
        ("GET", "/documents/{document}?at=2026-01-31T09:30:00.000%2B00:00", "at"),
        ("GET", "/documents/{document}?at=2026-02-30T09:30:00.000Z", "at"),
        ("DELETE", "/chats/{chat}/messages", "after"),
    ];

    private Person _ana = null!;
    private Belongings _its = null!;

    public override async Task InitializeAsync()
    {
        await Fixture.Empty();
        _ana = await Fixture.SignUp("ana");
        _its = await Belongings.Of(Fixture, _ana, organization: true);
    }

    [Fact]
    public async Task Bad_bodies_and_paths_are_refused_by_the_name_of_the_field()
    {
        var before = await Fixture.Setup.Everything();
        foreach (var (method, path, body, fields) in Bodies)
        {
            (await _ana.SendRaw(new HttpMethod(method), Filled(path), Filled(body))).Refuses(fields.Split(' '));
        }

        foreach (var (method, path, fields) in Paths)
        {
            (await _ana.Send(new HttpMethod(method), Filled(path))).Refuses(fields.Split(' '));
        }

        Assert.Equal(before, await Fixture.Setup.Everything());
    }

    [Theory]
    [InlineData("POST", "/chats/{chat}/messages", "role", """ "parts": [], "attachments": ["{x}"], "role": "user" """)]
    [InlineData("POST", "/documents", "content", """ "title": "a", "content": "{x}" """)]
    [InlineData("POST", "/documents/{document}/versions", "content", """ "title": "a", "content": "{x}" """)]
    [InlineData("POST", "/documents/{document}/suggestions", "suggestedText", """ "originalText": "", "suggestedText": "{x}" """)]
    [InlineData("PATCH", "/suggestions/{suggestion}", "description", """ "isResolved": true, "description": "{x}" """)]
    public async Task A_body_holds_a_megabyte_at_most(string method, string path, string field, string body)
    {
        var (text, length, before) = ($"{{{body}}}", 1024 * 1024 - body.Length + 1, await Fixture.Setup.Everything());
        var response = (await _ana.Offer(new HttpMethod(method), Filled(path), Body(length + 1))).Is(413, "too_large");
        Assert.Equal(["body"], response.ErrorFields);
        Assert.Equal(before, await Fixture.Setup.Everything());
        response = await _ana.SendRaw(new HttpMethod(method), Filled(path), Body(length));
        Assert.InRange(response.Status, 200, 201);
        Assert.Equal(field == "role" ? "user" : new string('x', length), response.Body[field]!.GetValue<string>());

        string Body(int length) => text.Replace("{x}", new string('x', length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_a_megabyte_without_a_length_is_refused()
    {
        using var content = new StringContent($$"""{"role": "user", "parts": ["{{new string('x', 1024 * 1024)}}"]}""", null, "application/json");
        content.Headers.ContentLength = null;
        (await _ana.Send(HttpMethod.Post, Filled("/chats/{chat}/messages"), content, ("Transfer-Encoding", "chunked"))).Is(413, "too_large");
    }

    [Fact]
    public async Task A_character_outside_the_basic_plane_counts_once()
    {
        (await _ana.Post("/chats", new { title = string.Concat(Enumerable.Repeat("𝄞", 255)) })).Is(201);
        (await _ana.Post("/chats", new { title = string.Concat(Enumerable.Repeat("𝄞", 256)) })).Refuses("title");
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        var deep = new string('[', 5000) + new string(']', 5000);
        Assert.Equal(400, (await _ana.SendRaw(HttpMethod.Post, Filled("/chats/{chat}/messages"), $$"""{"role": "user", "parts": {{deep}}}""")).Status);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found")]
    [InlineData("PUT", "/chats", 405, "method_not_allowed")]
    [InlineData("GET", "/auth/login", 405, "method_not_allowed")]
    [InlineData("POST", "/chats", 415, "unsupported_media_type")]
    public async Task A_request_that_no_endpoint_takes_is_a_problem_too(string method, string path, int status, string code)
    {
        using var content = method == "POST" ? new StringContent("title=a", null, "application/x-www-form-urlencoded") : null;
        (await Fixture.Anonymous().Send(new HttpMethod(method), path, content)).Is(status, code);
    }

    private string Filled(string text) => new (string Name, Guid Id)[]
    {
        ("chat", _its.Chat), ("stream", _its.Stream), ("document", _its.TestDocument.Id), ("suggestion", _its.TestDocument.Suggestion),
        ("organization", _its.Organization!.Value), ("member", _its.Member),
    }.Aggregate(text, (filled, named) => filled.Replace($"{{{named.Name}}}", named.Id.ToString(), StringComparison.Ordinal));
}
