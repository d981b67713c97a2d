using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>What is not well-formed about votes, documents and suggestions is refused, by the name of the field.</summary>
public sealed class ContentInputTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Uuid = "11111111-1111-4111-8111-111111111111";
    private static readonly string Long = new('x', 256);

    public static readonly TheoryData<string, string, string, string> Bodies = new()
    {
        { "PUT", "/messages/{message}/vote", """{}""", "value" },
        { "PUT", "/messages/{message}/vote", """{"value": "sideways"}""", "value" },
        { "PUT", "/messages/{message}/vote", """{"value": "Up"}""", "value" },
        { "PUT", "/messages/{message}/vote", """{"value": 1}""", "value" },
        { "PUT", "/messages/{message}/vote", """{"value": null}""", "value" },
        { "PUT", "/messages/{message}/vote", $$"""{"value": "up", "userId": "{{Uuid}}"}""", "userId" },
        { "PUT", "/messages/{message}/vote", $$"""{"value": "up", "chatId": "{{Uuid}}"}""", "chatId" },
        { "PUT", "/messages/{message}/vote", "", "body" },
        { "PUT", "/messages/not-a-uuid/vote", """{"value": "up"}""", "id" },
        { "POST", "/documents", """{}""", "title" },
        { "POST", "/documents", """{"title": ""}""", "title" },
        { "POST", "/documents", """{"title": 5}""", "title" },
        { "POST", "/documents", """{"title": "nul \u0000"}""", "title" },
        { "POST", "/documents", """{"title": "half \ud800"}""", "title" },
        { "POST", "/documents", $$"""{"title": "{{Long}}"}""", "title" },
        { "POST", "/documents", """{"title": "a", "content": 5}""", "content" },
        { "POST", "/documents", """{"title": "a", "content": ["x"]}""", "content" },
        { "POST", "/documents", """{"title": "a", "content": "nul \u0000"}""", "content" },
        { "POST", "/documents", """{"title": "a", "kind": "film"}""", "kind" },
        { "POST", "/documents", """{"title": "a", "kind": "Text"}""", "kind" },
        { "POST", "/documents", """{"title": "a", "text": "code"}""", "text" },
        { "POST", "/documents", """{"title": "a", "id": "x"}""", "id" },
        { "POST", "/documents", """{"title": "a", "organizationId": "x"}""", "organizationId" },
        { "POST", "/documents", $$"""{"title": "a", "userId": "{{Uuid}}"}""", "userId" },
        { "POST", "/documents", """{"title": "a", "createdAt": "2026-01-31T09:30:00.000Z"}""", "createdAt" },
        { "POST", "/documents", """{"title": "", "kind": "film"}""", "title kind" },
        { "POST", "/documents/{document}/versions", """{}""", "body" },
        { "POST", "/documents/{document}/versions", """{"title": ""}""", "title" },
        { "POST", "/documents/{document}/versions", """{"content": 5}""", "content" },
        { "POST", "/documents/{document}/versions", """{"content": "nul \u0000"}""", "content" },
        { "POST", "/documents/{document}/versions", """{"kind": "film"}""", "kind" },
        { "POST", "/documents/{document}/versions", $$"""{"title": "a", "id": "{{Uuid}}"}""", "id" },
        { "POST", "/documents/{document}/versions", $$"""{"title": "a", "organizationId": "{{Uuid}}"}""", "organizationId" },
        { "POST", "/documents/not-a-uuid/versions", """{"title": "a"}""", "id" },
        { "POST", "/documents/{document}/suggestions", """{}""", "originalText suggestedText" },
        { "POST", "/documents/{document}/suggestions", """{"originalText": 1, "suggestedText": "b"}""", "originalText" },
        { "POST", "/documents/{document}/suggestions", """{"originalText": "a", "suggestedText": "nul \u0000"}""", "suggestedText" },
        { "POST", "/documents/{document}/suggestions", """{"originalText": "a", "suggestedText": "b", "description": {}}""", "description" },
        { "POST", "/documents/{document}/suggestions", """{"originalText": "a", "suggestedText": "b", "isResolved": true}""", "isResolved" },
        { "POST", "/documents/{document}/suggestions", """{"originalText": "a", "suggestedText": "b", "id": "x"}""", "id" },
        { "POST", "/documents/{document}/suggestions?at=now", """{"originalText": "a", "suggestedText": "b"}""", "at" },
        { "POST", "/documents/not-a-uuid/suggestions", """{"originalText": "a", "suggestedText": "b"}""", "id" },
        { "PATCH", "/suggestions/{suggestion}", """{}""", "body" },
        { "PATCH", "/suggestions/{suggestion}", """{"suggestedText": 1}""", "suggestedText" },
        { "PATCH", "/suggestions/{suggestion}", """{"description": "nul \u0000"}""", "description" },
        { "PATCH", "/suggestions/{suggestion}", """{"isResolved": "yes"}""", "isResolved" },
        { "PATCH", "/suggestions/{suggestion}", """{"isResolved": 1}""", "isResolved" },
        { "PATCH", "/suggestions/{suggestion}", """{"originalText": "a"}""", "originalText" },
        { "PATCH", "/suggestions/{suggestion}", $$"""{"userId": "{{Uuid}}"}""", "userId" },
        { "PATCH", "/suggestions/not-a-uuid", """{"description": "a"}""", "id" },
    };

    public static readonly TheoryData<string, string, string> Paths = new()
    {
        { "GET", "/documents?scope=theirs", "scope" },
        { "GET", "/documents?scope=", "scope" },
        { "GET", "/documents?limit=0", "limit" },
        { "GET", "/documents?cursor=x", "cursor" },
        { "GET", "/documents/not-a-uuid", "id" },
        { "GET", "/documents/{document}?at=", "at" },
        { "GET", "/documents/{document}?at=now", "at" },
        { "GET", "/documents/{document}?at=2026-01-31", "at" },
        { "GET", "/documents/{document}?at=2026-01-31T09:30:00Z", "at" },
        { "GET", "/documents/{document}?at=2026-01-31T09:30:00.0000Z", "at" },
        { "GET", "/documents/{document}?at=2026-01-31T09:30:00.000", "at" },
        { "GET", "/documents/{document}?at=2026-01-31T09:30:00.000%2B00:00", "at" },
        { "GET", "/documents/{document}?at=2026-02-30T09:30:00.000Z", "at" },
        { "GET", "/documents/{document}?at=2026-01-31T09:30:00.000Z&at=2026-01-31T09:30:00.000Z", "at" },
        { "GET", "/documents/not-a-uuid/versions", "id" },
        { "GET", "/documents/{document}/versions?limit=101", "limit" },
        { "GET", "/documents/{document}/versions?cursor=x", "cursor" },
        { "DELETE", "/documents/not-a-uuid", "id" },
        { "DELETE", "/documents/{document}?after=", "after" },
        { "DELETE", "/documents/{document}?after=yesterday", "after" },
        { "GET", "/documents/not-a-uuid/suggestions", "id" },
        { "GET", "/documents/{document}/suggestions?at=x", "at" },
        { "GET", "/documents/{document}/suggestions?limit=0", "limit" },
        { "GET", "/documents/{document}/suggestions?cursor=x", "cursor" },
        { "DELETE", "/suggestions/not-a-uuid", "id" },
        { "GET", "/chats/not-a-uuid/votes", "id" },
        { "GET", "/chats/{chat}/votes?limit=0", "limit" },
        { "GET", "/chats/{chat}/votes?cursor=x", "cursor" },
        { "DELETE", "/messages/not-a-uuid/vote", "id" },
        { "DELETE", "/chats/{chat}/messages", "after" },
        { "DELETE", "/chats/{chat}/messages?after=", "after" },
        { "DELETE", "/chats/{chat}/messages?after=first", "after" },
        { "DELETE", "/chats/{chat}/messages?after={message}&after={message}", "after" },
        { "DELETE", "/chats/not-a-uuid/messages?after={message}", "id" },
    };

    private (Person Ana, Guid Chat, TestDocument TestDocument) _scene;

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused(string method, string path, string body, string fields)
    {
        var (ana, there, before) = await Prepare(path);
        (await ana.SendRaw(new HttpMethod(method), there, body)).Refuses(fields.Split(' '));
        Assert.Equal(before, await Everything());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_bad_path_is_refused(string method, string path, string fields)
    {
        var (ana, there, before) = await Prepare(path);
        (await ana.Send(new HttpMethod(method), there)).Refuses(fields.Split(' '));
        Assert.Equal(before, await Everything());
    }

    [Theory]
    [InlineData("POST", "/documents", "content", """ "title": "a" """)]
    [InlineData("POST", "/documents/{document}/versions", "content", """ "title": "a" """)]
    [InlineData("POST", "/documents/{document}/suggestions", "suggestedText", """ "originalText": "" """)]
    [InlineData("PATCH", "/suggestions/{suggestion}", "description", """ "isResolved": true """)]
    public async Task A_text_is_as_long_as_one_megabyte_of_body_allows(string method, string path, string field, string rest)
    {
        var (ana, there, before) = await Prepare(path);
        var (start, end) = ($"{{{rest}, \"{field}\": \"", "\"}");
        var fits = new string('x', 1024 * 1024 - start.Length - end.Length);
        var response = (await ana.Offer(new HttpMethod(method), there, start + fits + "x" + end)).Is(413, "too_large");
        Assert.Equal(["body"], response.ErrorFields);
        Assert.Equal(before, await Everything());
        response = await ana.SendRaw(new HttpMethod(method), there, start + fits + end);
        Assert.InRange(response.Status, 200, 201);
        Assert.Equal(fits, response.Body[field]!.GetValue<string>());
    }

    private async Task<(Person Ana, string Path, string Before)> Prepare(string path)
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        var message = await ana.Say(chat);
        var testDocument = await TestDocument.By(ana, null, ana);
        _scene = (ana, chat, testDocument);
        var there = path.Replace("{chat}", chat.ToString(), StringComparison.Ordinal)
            .Replace("{message}", message.ToString(), StringComparison.Ordinal)
            .Replace("{document}", testDocument.Id.ToString(), StringComparison.Ordinal)
            .Replace("{suggestion}", testDocument.Suggestion.ToString(), StringComparison.Ordinal);
        return (ana, there, await Everything());
    }

    private async Task<string> Everything()
    {
        var (ana, chat, testDocument) = _scene;
        var lists = await Task.WhenAll(
            ana.Get("/documents"), ana.Get($"/chats/{chat}/messages"), ana.Get($"/chats/{chat}/votes"));
        return await testDocument.Read() + string.Concat(lists.Select(list => list.Is(200).Text));
    }
}
