using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>What is not well-formed is refused, by the name of the field, and changes nothing.</summary>
public sealed class InputTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Uuid = "11111111-1111-4111-8111-111111111111";
    private static readonly string Long = new('x', 256);

    public static readonly TheoryData<string, string, string, string> Bodies = new()
    {
        { "POST", "/auth/register", """{"password": "long enough"}""", "email" },
        { "POST", "/auth/register", """{"email": "ana", "password": "long enough"}""", "email" },
        { "POST", "/auth/register", """{"email": "a@b@c", "password": "long enough"}""", "email" },
        { "POST", "/auth/register", """{"email": "a @b.c", "password": "long enough"}""", "email" },
        { "POST", "/auth/register", """{"email": "a@b.c\u0000", "password": "long enough"}""", "email" },
        { "POST", "/auth/register", $$"""{"email": "{{new string('a', 250)}}@b.cd", "password": "long enough"}""", "email" },
        { "POST", "/auth/register", """{"email": "ana@example.org", "password": "7 chars"}""", "password" },
        { "POST", "/auth/register", $$"""{"email": "ana@example.org", "password": "{{new string('x', 129)}}"}""", "password" },
        { "POST", "/auth/register", """{"email": "ana@example.org", "password": 12345678}""", "password" },
        { "POST", "/auth/register", """{"email": "ana@example.org", "password": "long enough", "admin": true}""", "admin" },
        { "POST", "/auth/register", """{}""", "email password" },
        { "POST", "/auth/login", """{"email": "", "password": ""}""", "email password" },
        { "POST", "/auth/login", """{"email": "ana@example.org", "password": "x", "x": 1}""", "x" },
        { "POST", "/auth/refresh", """{}""", "refreshToken" },
        { "POST", "/auth/refresh", """{"refreshToken": ["x"]}""", "refreshToken" },
        { "POST", "/auth/logout", """{"refreshToken": ""}""", "refreshToken" },
        { "POST", "/chats", """{}""", "title" },
        { "POST", "/chats", """{"title": null}""", "title" },
        { "POST", "/chats", """{"title": ""}""", "title" },
        { "POST", "/chats", """{"title": 5}""", "title" },
        { "POST", "/chats", """{"title": "nul \u0000"}""", "title" },
        { "POST", "/chats", """{"title": "half \ud800"}""", "title" },
        { "POST", "/chats", $$"""{"title": "{{Long}}"}""", "title" },
        { "POST", "/chats", """{"title": "a", "visibility": "secret"}""", "visibility" },
        { "POST", "/chats", """{"title": "a", "visibility": "Public"}""", "visibility" },
        { "POST", "/chats", """{"title": "a", "id": "x"}""", "id" },
        { "POST", "/chats", """{"title": "a", "organizationId": "x"}""", "organizationId" },
        { "POST", "/chats", $$"""{"title": "a", "userId": "{{Uuid}}"}""", "userId" },
        { "POST", "/chats", """{"Title": "a"}""", "Title" },
        { "POST", "/chats", """{"title": "a", "title": "b"}""", "title" },
        { "POST", "/chats", """{"title": "a",}""", "body" },
        { "POST", "/chats", """{"title": """, "body" },
        { "POST", "/chats", "hello", "body" },
        { "POST", "/chats", """["a"]""", "body" },
        { "POST", "/chats", "null", "body" },
        { "POST", "/chats", "", "body" },
        { "PATCH", "/chats/{chat}", """{}""", "body" },
        { "PATCH", "/chats/{chat}", """{"title": ""}""", "title" },
        { "PATCH", "/chats/{chat}", $$"""{"title": "{{Long}}"}""", "title" },
        { "PATCH", "/chats/{chat}", """{"visibility": "secret"}""", "visibility" },
        { "PATCH", "/chats/{chat}", $$"""{"userId": "{{Uuid}}"}""", "userId" },
        { "PATCH", "/chats/{chat}", $$"""{"organizationId": "{{Uuid}}"}""", "organizationId" },
        { "PATCH", "/chats/not-a-uuid", """{"title": "a"}""", "id" },
        { "POST", "/chats/{chat}/messages", """{}""", "role parts" },
        { "POST", "/chats/{chat}/messages", """{"role": "admin", "parts": []}""", "role" },
        { "POST", "/chats/{chat}/messages", """{"role": "user", "parts": {}}""", "parts" },
        { "POST", "/chats/{chat}/messages", """{"role": "user", "parts": "x"}""", "parts" },
        { "POST", "/chats/{chat}/messages", """{"role": "user", "parts": [], "attachments": 1}""", "attachments" },
        { "POST", "/chats/{chat}/messages", """{"role": "user", "parts": [], "id": 1}""", "id" },
        { "POST", "/chats/{chat}/messages", $$"""{"role": "user", "parts": [], "userId": "{{Uuid}}"}""", "userId" },
        { "POST", "/chats/not-a-uuid/messages", """{"role": "user", "parts": []}""", "id" },
        { "PATCH", "/messages/{message}", """{}""", "body" },
        { "PATCH", "/messages/{message}", """{"parts": {}}""", "parts" },
        { "PATCH", "/messages/{message}", """{"attachments": "x"}""", "attachments" },
        { "PATCH", "/messages/{message}", """{"role": "assistant"}""", "role" },
        { "PATCH", "/messages/not-a-uuid", """{"parts": []}""", "id" },
    };

    public static readonly TheoryData<string, string, string> Paths = new()
    {
        { "GET", "/chats?limit=0", "limit" },
        { "GET", "/chats?limit=101", "limit" },
        { "GET", "/chats?limit=-1", "limit" },
        { "GET", "/chats?limit=x", "limit" },
        { "GET", "/chats?limit=", "limit" },
        { "GET", "/chats?limit=1.5", "limit" },
        { "GET", "/chats?limit=1&limit=2", "limit" },
        { "GET", "/chats?limit=99999999999", "limit" },
        { "GET", "/chats?cursor=x", "cursor" },
        { "GET", "/chats?cursor=", "cursor" },
        { "GET", "/chats?cursor=________________________________", "cursor" },
        { "GET", "/chats?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor" },
        { "GET", "/chats?limit=0&cursor=x", "cursor limit" },
        { "GET", "/chats?scope=theirs", "scope" },
        { "GET", "/chats?scope=", "scope" },
        { "GET", "/chats?scope=mine&scope=public", "scope" },
        { "GET", "/chats/not-a-uuid", "id" },
        { "GET", "/chats/{11111111-1111-4111-8111-111111111111}", "id" },
        { "GET", "/chats/11111111111141118111111111111111", "id" },
        { "GET", "/chats/not-a-uuid/messages", "id" },
        { "GET", "/chats/{chat}/messages?limit=0", "limit" },
        { "GET", "/chats/{chat}/messages?cursor=x", "cursor" },
        { "DELETE", "/chats/not-a-uuid", "id" },
        { "DELETE", "/messages/not-a-uuid", "id" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused(string method, string path, string body, string fields)
    {
        var (ana, there, before) = await Prepare(path);
        (await ana.SendRaw(new HttpMethod(method), there, body)).Refuses(fields.Split(' '));
        Assert.Equal(before, await Everything(ana));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_bad_path_is_refused(string method, string path, string fields)
    {
        var (ana, there, before) = await Prepare(path);
        (await ana.Send(new HttpMethod(method), there)).Refuses(fields.Split(' '));
        Assert.Equal(before, await Everything(ana));
    }

    [Fact]
    public async Task A_body_over_one_megabyte_is_refused()
    {
        var (ana, there, before) = await Prepare("/chats/{chat}/messages");
        var large = $$"""{"role": "user", "parts": ["{{new string('x', 1024 * 1024)}}"]}""";
        var response = (await ana.Offer(HttpMethod.Post, there, large)).Is(413, "too_large");
        Assert.Equal(["body"], response.ErrorFields);
        Assert.Equal(before, await Everything(ana));
        var fits = $$"""{"role": "user", "parts": ["{{new string('x', 1024 * 1024 - 100)}}"]}""";
        (await ana.SendRaw(HttpMethod.Post, there, fits)).Is(201);
    }

    [Fact]
    public async Task A_body_over_one_megabyte_without_a_length_is_refused()
    {
        var (ana, there, _) = await Prepare("/chats/{chat}/messages");
        using var content = new StringContent($$"""{"role": "user", "parts": ["{{new string('x', 1024 * 1024)}}"]}""", null, "application/json");
        content.Headers.ContentLength = null;
        (await ana.Send(HttpMethod.Post, there, content, ("Transfer-Encoding", "chunked"))).Is(413, "too_large");
    }

    [Fact]
    public async Task Two_hundred_and_fifty_five_characters_are_counted_as_people_count()
    {
        var ana = await Fixture.SignUp("ana");
        (await ana.Post("/chats", new { title = string.Concat(Enumerable.Repeat("𝄞", 255)) })).Is(201);
        (await ana.Post("/chats", new { title = string.Concat(Enumerable.Repeat("𝄞", 256)) })).Refuses("title");
    }

    [Fact]
    public async Task Nesting_beyond_measure_is_refused()
    {
        var (ana, there, _) = await Prepare("/chats/{chat}/messages");
        var deep = new string('[', 5000) + new string(']', 5000);
        Assert.Equal(400, (await ana.SendRaw(HttpMethod.Post, there, $$"""{"role": "user", "parts": {{deep}}}""")).Status);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found")]
    [InlineData("PUT", "/chats", 405, "method_not_allowed")]
    [InlineData("GET", "/auth/login", 405, "method_not_allowed")]
    [InlineData("POST", "/chats", 415, "unsupported_media_type")]
    public async Task What_nobody_serves_is_a_problem_too(string method, string path, int status, string code)
    {
        using var content = method == "POST" ? new StringContent("title=a", null, "application/x-www-form-urlencoded") : null;
        (await Fixture.Anonymous().Send(new HttpMethod(method), path, content)).Is(status, code);
    }

    private async Task<(Person Ana, string Path, string Before)> Prepare(string path)
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        var message = await ana.Say(chat);
        var there = path.Replace("{chat}", chat.ToString(), StringComparison.Ordinal)
            .Replace("{message}", message.ToString(), StringComparison.Ordinal);
        return (ana, there, await Everything(ana));
    }

    private async Task<string> Everything(Person ana)
    {
        var chats = await ana.Get("/chats");
        var messages = await Task.WhenAll(chats.Ids.Select(id => ana.Get($"/chats/{id}/messages")));
        var people = await Fixture.Setup.SignIn<bool>("select exists (select from auth.credentials('ana@example.org'))");
        return $"{chats.Text} {string.Concat(messages.Select(page => page.Text))} {people}";
    }
}
