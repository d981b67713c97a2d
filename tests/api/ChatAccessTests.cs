using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Who may do what to chats and messages, over HTTP: the statuses of docs/api.md.</summary>
public sealed class ChatAccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    // 2xx: it happened.  404: hidden, or there is none.  403: they see it, and may not.  401: nobody in particular.
    // The owner of the organization's chat is a plain member; so is the author of the message in each chat but "personal".
    private const string Table = """
        chat      request          owner  author  member  permitted  outsider  gone  anonymous
        personal  get              200    404     404     404        404       404   404
        personal  retitle          200    404     404     404        404       404   401
        personal  publish          200    404     404     404        404       404   401
        personal  delete           204    404     404     404        404       404   401
        personal  messages         200    404     404     404        404       404   404
        personal  say              201    404     404     404        404       404   401
        personal  reword           200    404     404     404        404       404   401
        personal  unsay            204    404     404     404        404       404   401
        shared    get              200    200     200     200        404       404   404
        shared    retitle          200    403     403     200        404       404   401
        shared    publish          200    403     403     200        404       404   401
        shared    delete           204    403     403     204        404       404   401
        shared    messages         200    200     200     200        404       404   404
        shared    say              201    201     201     201        404       404   401
        shared    reword           403    200     403     403        404       404   401
        shared    unsay            204    204     403     204        404       404   401
        public    get              200    200     200     200        200       200   200
        public    retitle          200    403     403     403        403       403   401
        public    publish          200    403     403     403        403       403   401
        public    delete           204    403     403     403        403       403   401
        public    messages         200    200     200     200        200       200   200
        public    say              201    403     403     403        403       403   401
        public    reword           200    403     403     403        403       403   401
        public    unsay            204    403     403     403        403       403   401
        absent    get              404    404     404     404        404       404   404
        absent    retitle          404    404     404     404        404       404   401
        absent    publish          404    404     404     404        404       404   401
        absent    delete           404    404     404     404        404       404   401
        absent    messages         404    404     404     404        404       404   404
        absent    say              404    404     404     404        404       404   401
        absent    reword           404    404     404     404        404       404   401
        absent    unsay            404    404     404     404        404       404   401
        """;

    public static readonly TheoryData<string, string, string, int> Access = Matrix.Of(Table);

    private ChatWorld _cast = null!;

    public override async Task InitializeAsync()
    {
        // Whoever was refused changed nothing; whoever was not is alone with their case.
        _cast = await ChatWorld.Of(Fixture);
    }

    [Theory]
    [MemberData(nameof(Access))]
    public async Task The_matrix(string chat, string request, string who, int status)
    {
        var (id, message) = _cast.Chats[chat];
        var before = await _cast.Read(chat);
        var response = await Ask(_cast.People[who], request, id, message);
        response.Is(status);
        if (status >= 400)
        {
            Assert.Equal(before, await _cast.Read(chat));
        }
        else if (request is not ("get" or "messages"))
        {
            Assert.NotEqual(before, await _cast.Read(chat));
            Fixture.ChatWorld = null;
        }
    }

    private static Task<Response> Ask(Person person, string request, Guid chat, Guid message) => request switch
    {
        "get" => person.Get($"/chats/{chat}"),
        "retitle" => person.Patch($"/chats/{chat}", new { title = "changed" }),
        "publish" => person.Patch($"/chats/{chat}", new { title = "changed", visibility = "public" }),
        "delete" => person.Delete($"/chats/{chat}"),
        "messages" => person.Get($"/chats/{chat}/messages"),
        "say" => person.Post($"/chats/{chat}/messages", new { role = "user", parts = new[] { "said" } }),
        "reword" => person.Patch($"/messages/{message}", new { parts = new[] { "reworded" } }),
        "unsay" => person.Delete($"/messages/{message}"),
        _ => throw new ArgumentException(request),
    };
}
