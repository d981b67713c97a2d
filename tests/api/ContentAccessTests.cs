using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>
/// Who may do what to chats and documents, over HTTP: the statuses of docs/api.md. What is hidden is answered as what
/// is absent (<c>EnumerationTests</c>, <c>HiddenTests</c>).
/// </summary>
public sealed class ContentAccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    // 2xx: it happened.  404: hidden, or absent.  403: visible, but not allowed.  401: no person.
    // The owner of the shared chat is a plain member. In it the member wrote the third of four messages and opened the
    // stream; everything else is the owner's. The owner alone has voted.
    private const string ChatTable = """
        chat      request        owner  member  manager  can_manage_chats  admin  outsider  left  anonymous
        personal  get            200    404     404      404               404    404       404   404
        personal  retitle        200    404     404      404               404    404       404   401
        personal  publish        200    404     404      404               404    404       404   401
        personal  delete         204    404     404      404               404    404       404   401
        personal  messages       200    404     404      404               404    404       404   404
        personal  say            201    404     404      404               404    404       404   401
        personal  reword         200    404     404      404               404    404       404   401
        personal  unsay          204    404     404      404               404    404       404   401
        personal  cut            200    404     404      404               404    404       404   401
        personal  votes          200    404     404      404               404    404       404   404
        personal  vote           200    404     404      404               404    404       404   401
        personal  unvote         204    404     404      404               404    404       404   401
        personal  streams        200    404     404      404               404    404       404   404
        personal  open           201    404     404      404               404    404       404   401
        personal  answer         201    404     404      404               404    404       404   401
        personal  append         200    404     404      404               404    404       404   401
        personal  finish         201    404     404      404               404    404       404   401
        personal  abandon        200    404     404      404               404    404       404   401
        personal  delete_stream  204    404     404      404               404    404       404   401
        shared    get            200    200     200      200               200    404       404   404
        shared    retitle        200    403     403      200               200    404       404   401
        shared    publish        200    403     403      200               200    404       404   401
        shared    delete         204    403     403      204               204    404       404   401
        shared    messages       200    200     200      200               200    404       404   404
        shared    say            201    201     201      201               201    404       404   401
        shared    reword         403    200     403      403               403    404       404   401
        shared    unsay          204    204     403      204               204    404       404   401
        shared    cut            200    200     403      200               200    404       404   401
        shared    votes          200    200     200      200               200    404       404   404
        shared    vote           200    200     200      200               200    404       404   401
        shared    unvote         204    404     404      404               404    404       404   401
        shared    streams        200    200     200      200               200    404       404   404
        shared    open           201    201     201      201               201    404       404   401
        shared    answer         201    201     201      201               201    404       404   401
        shared    append         403    200     403      403               403    404       404   401
        shared    finish         403    201     403      403               403    404       404   401
        shared    abandon        403    200     403      403               403    404       404   401
        shared    delete_stream  204    403     403      204               204    404       404   401
        public    get            200    200     200      200               200    200       200   200
        public    retitle        200    403     403      403               403    403       403   401
        public    publish        200    403     403      403               403    403       403   401
        public    delete         204    403     403      403               403    403       403   401
        public    messages       200    200     200      200               200    200       200   200
        public    say            201    403     403      403               403    403       403   401
        public    reword         200    403     403      403               403    403       403   401
        public    unsay          204    403     403      403               403    403       403   401
        public    cut            200    403     403      403               403    403       403   401
        public    votes          200    200     200      200               200    200       200   200
        public    vote           200    200     200      200               200    200       200   401
        public    unvote         204    404     404      404               404    404       404   401
        public    streams        200    200     200      200               200    200       200   200
        public    open           201    403     403      403               403    403       403   401
        public    answer         201    403     403      403               403    403       403   401
        public    append         200    403     403      403               403    403       403   401
        public    finish         201    403     403      403               403    403       403   401
        public    abandon        200    403     403      403               403    403       403   401
        public    delete_stream  204    403     403      403               403    403       403   401
        """;

    // To claim is to create a document with an id that is taken. The personal document's suggestion is its owner's;
    // the shared one's is by a person who may view documents.
    private const string DocumentTable = """
        document  request       owner  member  manager  director  can_view_documents  can_manage_documents  admin  outsider  left  anonymous
        personal  get           200    404     404      404       404                 404                   404    404       404   401
        personal  get_at        200    404     404      404       404                 404                   404    404       404   401
        personal  versions      200    404     404      404       404                 404                   404    404       404   401
        personal  add_version   201    404     404      404       404                 404                   404    404       404   401
        personal  claim         201    403     403      403       403                 403                   403    403       403   401
        personal  delete        200    404     404      404       404                 404                   404    404       404   401
        personal  delete_after  200    404     404      404       404                 404                   404    404       404   401
        personal  suggestions   200    404     404      404       404                 404                   404    404       404   401
        personal  suggest       201    404     404      404       404                 404                   404    404       404   401
        personal  suggest_at    201    404     404      404       404                 404                   404    404       404   401
        personal  reword        200    404     404      404       404                 404                   404    404       404   401
        personal  describe      200    404     404      404       404                 404                   404    404       404   401
        personal  resolve       200    404     404      404       404                 404                   404    404       404   401
        personal  both          200    404     404      404       404                 404                   404    404       404   401
        personal  withdraw      204    404     404      404       404                 404                   404    404       404   401
        shared    get           200    404     200      200       200                 200                   200    404       404   401
        shared    get_at        200    404     200      200       200                 200                   200    404       404   401
        shared    versions      200    404     200      200       200                 200                   200    404       404   401
        shared    add_version   201    404     403      403       403                 403                   403    404       404   401
        shared    claim         201    403     403      403       403                 403                   403    403       403   401
        shared    delete        200    404     403      403       403                 200                   200    404       404   401
        shared    delete_after  200    404     403      403       403                 200                   200    404       404   401
        shared    suggestions   200    404     200      200       200                 200                   200    404       404   401
        shared    suggest       201    404     201      201       201                 201                   201    404       404   401
        shared    suggest_at    201    404     201      201       201                 201                   201    404       404   401
        shared    reword        403    404     403      403       200                 403                   403    404       404   401
        shared    describe      403    404     403      403       200                 403                   403    404       404   401
        shared    resolve       200    404     403      403       403                 403                   403    404       404   401
        shared    both          403    404     403      403       403                 403                   403    404       404   401
        shared    withdraw      204    404     403      403       204                 403                   403    404       404   401
        """;

    public static readonly TheoryData<string, string, string, int> Chats = Matrix.Of(ChatTable);
    public static readonly TheoryData<string, string, string, int> Documents = Matrix.Of(DocumentTable);

    private static readonly string[] Reads = ["get", "get_at", "messages", "votes", "streams", "versions", "suggestions"];

    private ContentWorld _world = null!;

    public override async Task InitializeAsync() => _world = await ContentWorld.Of(Fixture);

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task Of_chats(string chat, string request, string who, int status)
    {
        var it = _world.Chats[chat] ??= await TestChat.By(_world, chat);
        var before = await it.Read();
        var response = (await Ask(_world[who], request, it)).Is(status);
        Judge(request, response, request switch { "get" => it.Id, "streams" => it.Stream, _ => it.Messages[0] }, before, await it.Read());
        if (request == "cut" && status == 200)
        {
            Guid[] kept = who == "member" ? [it.Messages[0], it.Messages[1], it.Messages[3]] : [it.Messages[0]];
            Assert.Equal($$"""{"count":{{4 - kept.Length}}}""", response.Text);
            Assert.Equal(kept, (await _world["owner"].Get($"/chats/{it.Id}/messages")).Ids);
        }

        // A refusal leaves the chat as it was, so the next case has it too.
        _world.Chats[chat] = status < 400 && !Reads.Contains(request) ? null : it;
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Of_documents(string document, string request, string who, int status)
    {
        var owner = _world["owner"];
        var it = _world.Documents[document] ??= await TestDocument.By(
            owner, _world.Of(document), document == "shared" ? _world["can_view_documents"] : owner);
        var before = await it.Read();
        var response = (await Ask(_world[who], request, it, _world.Of(document))).Is(status);
        Judge(request, response, it.Id, before, await it.Read());
        _world.Documents[document] = status < 400 && !Reads.Contains(request) ? null : it;
    }

    /// <summary>A read shows what it is about, a refusal shows nothing, and only what is allowed changes anything.</summary>
    private static void Judge(string request, Response response, Guid shown, string before, string after)
    {
        Assert.Equal(Reads.Contains(request) || response.Status >= 400, before == after);
        if (response.Status >= 400)
        {
            Assert.DoesNotContain("words", response.Text, StringComparison.Ordinal);
        }
        else if (Reads.Contains(request))
        {
            Assert.Contains(shown.ToString(), response.Text, StringComparison.Ordinal);
        }
    }

    private static Task<Response> Ask(Person person, string request, TestChat it) => request switch
    {
        "get" => person.Get($"/chats/{it.Id}"),
        "retitle" => person.Patch($"/chats/{it.Id}", new { title = "changed" }),
        "publish" => person.Patch($"/chats/{it.Id}", new { title = "changed", visibility = "public" }),
        "delete" => person.Delete($"/chats/{it.Id}"),
        "messages" => person.Get($"/chats/{it.Id}/messages"),
        "say" => person.Post($"/chats/{it.Id}/messages", new { role = "user", parts = new[] { "said" } }),
        "reword" => person.Patch($"/messages/{it.Messages[2]}", new { parts = new[] { "reworded" } }),
        "unsay" => person.Delete($"/messages/{it.Messages[2]}"),
        "cut" => person.Delete($"/chats/{it.Id}/messages?after={it.Messages[0]}"),
        "votes" => person.Get($"/chats/{it.Id}/votes"),
        "vote" => person.Put($"/messages/{it.Messages[0]}/vote", new { value = "down" }),
        "unvote" => person.Delete($"/messages/{it.Messages[0]}/vote"),
        "streams" => person.Get($"/chats/{it.Id}/streams"),
        "open" => person.Post($"/chats/{it.Id}/streams", new { }),
        "answer" => person.Post($"/chats/{it.Id}/answers", new { }),
        "append" => person.Post($"/streams/{it.Stream}/chunks", new { index = 1, data = "more words" }),
        "finish" => person.Post($"/streams/{it.Stream}/finish", new { }),
        "abandon" => person.Post($"/streams/{it.Stream}/abandon", new { }),
        "delete_stream" => person.Delete($"/streams/{it.Stream}"),
        _ => throw new ArgumentException(request),
    };

    private static Task<Response> Ask(Person person, string request, TestDocument it, Guid? organizationId) => request switch
    {
        "get" => person.Get($"/documents/{it.Id}"),
        "get_at" => person.Get($"/documents/{it.Id}?at={it.First}"),
        "versions" => person.Get($"/documents/{it.Id}/versions"),
        "add_version" => person.Post($"/documents/{it.Id}/versions", new { content = "more" }),
        "claim" => person.Post("/documents", new { id = it.Id, title = "mine", organizationId }),
        "delete" => person.Delete($"/documents/{it.Id}"),
        "delete_after" => person.Delete($"/documents/{it.Id}?after={it.First}"),
        "suggestions" => person.Get($"/documents/{it.Id}/suggestions"),
        "suggest" => person.Post($"/documents/{it.Id}/suggestions", new { originalText = "a", suggestedText = "b" }),
        "suggest_at" => person.Post($"/documents/{it.Id}/suggestions?at={it.First}", new { originalText = "a", suggestedText = "b" }),
        "reword" => person.Patch($"/suggestions/{it.Suggestion}", new { suggestedText = "reworded" }),
        "describe" => person.Patch($"/suggestions/{it.Suggestion}", new { description = "because" }),
        "resolve" => person.Patch($"/suggestions/{it.Suggestion}", new { isResolved = true }),
        "both" => person.Patch($"/suggestions/{it.Suggestion}", new { isResolved = true, suggestedText = "reworded" }),
        "withdraw" => person.Delete($"/suggestions/{it.Suggestion}"),
        _ => throw new ArgumentException(request),
    };
}
