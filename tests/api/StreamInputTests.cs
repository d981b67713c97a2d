using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>What is not well-formed about streams is refused by the name of the field, and what it costs to finish one.</summary>
public sealed class StreamInputTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Uuid = "11111111-1111-4111-8111-111111111111";

    public static readonly TheoryData<string, string, string, string> Bodies = new()
    {
        { "POST", "/chats/{chat}/streams", "", "body" },
        { "POST", "/chats/{chat}/streams", """{"id": "x"}""", "id" },
        { "POST", "/chats/{chat}/streams", $$"""{"userId": "{{Uuid}}"}""", "userId" },
        { "POST", "/chats/{chat}/streams", """{"finishedAt": "2026-01-31T09:30:00.000Z"}""", "finishedAt" },
        { "POST", "/chats/not-a-uuid/streams", """{}""", "id" },
        { "POST", "/streams/{stream}/chunks", "", "body" },
        { "POST", "/streams/{stream}/chunks", """{}""", "index data" },
        { "POST", "/streams/{stream}/chunks", """{"index": null, "data": null}""", "index data" },
        { "POST", "/streams/{stream}/chunks", """{"index": -1, "data": "x"}""", "index" },
        { "POST", "/streams/{stream}/chunks", """{"index": 1.5, "data": "x"}""", "index" },
        { "POST", "/streams/{stream}/chunks", """{"index": "1", "data": "x"}""", "index" },
        { "POST", "/streams/{stream}/chunks", """{"index": 2147483648, "data": "x"}""", "index" },
        { "POST", "/streams/{stream}/chunks", """{"index": 1}""", "data" },
        { "POST", "/streams/{stream}/chunks", """{"index": 1, "data": ""}""", "data" },
        { "POST", "/streams/{stream}/chunks", """{"index": 1, "data": 5}""", "data" },
        { "POST", "/streams/{stream}/chunks", """{"index": 1, "data": ["x"]}""", "data" },
        { "POST", "/streams/{stream}/chunks", """{"index": 1, "data": "nul \u0000"}""", "data" },
        { "POST", "/streams/{stream}/chunks", """{"index": 1, "data": "half \ud800"}""", "data" },
        { "POST", "/streams/{stream}/chunks", $$"""{"index": 1, "data": "x", "streamId": "{{Uuid}}"}""", "streamId" },
        { "POST", "/streams/not-a-uuid/chunks", """{"index": 1, "data": "x"}""", "id" },
        { "POST", "/streams/{stream}/finish", "", "body" },
        { "POST", "/streams/{stream}/finish", """{"role": "author"}""", "role" },
        { "POST", "/streams/{stream}/finish", """{"role": ""}""", "role" },
        { "POST", "/streams/{stream}/finish", """{"role": 1}""", "role" },
        { "POST", "/streams/{stream}/finish", """{"id": "x"}""", "id" },
        { "POST", "/streams/{stream}/finish", """{"parts": []}""", "parts" },
        { "POST", "/streams/{stream}/finish", """{"price": 0}""", "price" },
        { "POST", "/streams/not-a-uuid/finish", """{}""", "id" },
        { "DELETE", "/streams/not-a-uuid", "", "id" },
        { "GET", "/chats/not-a-uuid/streams", "", "id" },
        { "GET", "/chats/{chat}/streams?limit=0", "", "limit" },
        { "GET", "/chats/{chat}/streams?cursor=x", "", "cursor" },
    };

    private Person _ana = null!;
    private Guid _chat, _stream;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _ana = await Fixture.SignUp("ana");
        _chat = await _ana.Begin();
        _stream = await Open();
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Bad_input_is_refused(string method, string path, string body, string fields)
    {
        var before = await Everything();
        var there = path.Replace("{chat}", _chat.ToString(), StringComparison.Ordinal)
            .Replace("{stream}", _stream.ToString(), StringComparison.Ordinal);
        var response = method == "POST"
            ? await _ana.SendRaw(HttpMethod.Post, there, body)
            : await _ana.Send(new HttpMethod(method), there);
        response.Refuses(fields.Split(' '));
        Assert.Equal(before, await Everything());
    }

    [Fact]
    public async Task A_chunk_holds_64_KB_of_octets()
    {
        (await Chunk(1, new string('x', 65_536))).Is(200);
        (await Chunk(2, new string('x', 65_537))).Refuses("data");
        (await Chunk(2, new string('ü', 32_768))).Is(200);
        (await Chunk(3, new string('ü', 32_768) + "x")).Refuses("data");
        (await Chunk(3, string.Concat(Enumerable.Repeat("\U0001F600", 16_384)))).Is(200);
        (await Chunk(int.MaxValue, "x")).Is(200);
    }

    [Fact]
    public async Task A_stream_holds_what_a_message_holds()
    {
        for (var i = 1; i < 16; i++)
        {
            (await Chunk(i, new string('x', 65_536))).Is(200);
        }

        (await Chunk(16, new string('x', 65_536))).Is(400, "stream_too_long");
        (await Chunk(16, new string('x', 65_536 - 5))).Is(200);
        (await Chunk(17, "x")).Is(400, "stream_too_long");

        // The text fits, and what is written around it does not.
        (await _ana.Post($"/streams/{_stream}/finish", new { })).Is(400, "stream_too_long");
        Assert.Equal("""{"items":[],"nextCursor":null}""", (await _ana.Get($"/chats/{_chat}/messages")).Text);
    }

    [Fact]
    public async Task Finishing_costs_what_the_setting_says_or_nothing_happens()
    {
        var op = await Fixture.SignUp("operator");
        await Fixture.Setup.MakeOperator(op);
        await using var price = await Fixture.Setup.Turn("stream_price", "1.50");
        (await op.Post("/credits/grants", new { userId = _ana.Id, amount = 2.00m, reason = "welcome" })).Is(200);

        (await _ana.Post($"/streams/{_stream}/finish", new { })).Is(201);
        var ledger = (await _ana.Get("/me/credits")).Is(200).Body["items"]!.AsArray();
        Assert.Equal(("-1.50", "0.50", $"stream {_stream}"),
            (ledger[0]!["amount"]!.ToJsonString(), ledger[0]!["balance"]!.ToJsonString(), ledger[0]!["reason"]!.GetValue<string>()));

        var second = await Open();
        var before = await Everything() + (await _ana.Get("/me/credits")).Text;
        (await _ana.Post($"/streams/{second}/finish", new { })).Is(409, "insufficient_credits");
        Assert.Equal(before, await Everything() + (await _ana.Get("/me/credits")).Text);
        (await op.Post("/credits/grants", new { userId = _ana.Id, amount = 1.00m, reason = "more" })).Is(200);
        (await _ana.Post($"/streams/{second}/finish", new { })).Is(201);
    }

    [Fact]
    public async Task The_quota_of_messages_counts_it()
    {
        await using var quota = await Fixture.Setup.Turn("messages_per_hour", "1");
        await _ana.Say(_chat);
        (await _ana.Post($"/streams/{_stream}/finish", new { })).Is(429, "quota_used_up");
        Assert.Contains("\"open\"", (await _ana.Get($"/chats/{_chat}/streams")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_silent_is_abandoned_in_the_end()
    {
        await using var silence = await Fixture.Setup.Turn("stream_silence_seconds", "1");
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!(await _ana.Get($"/chats/{_chat}/streams")).Text.Contains("\"abandoned\"", StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < deadline, "it was never abandoned");
            await Task.Delay(50);
        }

        (await Chunk(1, "more")).Is(409, "stream_abandoned");
        (await Chunk(0, "words")).Is(409, "stream_abandoned");
        (await _ana.Post($"/streams/{_stream}/finish", new { })).Is(409, "stream_abandoned");
        (await _ana.Delete($"/streams/{_stream}")).Is(204);
    }

    private Task<Response> Chunk(int index, string data) => _ana.Post($"/streams/{_stream}/chunks", new { index, data });

    private async Task<Guid> Open()
    {
        var stream = (await _ana.Post($"/chats/{_chat}/streams", new { })).Is(201).Id;
        (await _ana.Post($"/streams/{stream}/chunks", new { index = 0, data = "words" })).Is(200);
        return stream;
    }

    private async Task<string> Everything() => string.Concat(
        (await _ana.Get($"/chats/{_chat}/streams")).Is(200).Text, (await _ana.Get($"/chats/{_chat}/messages")).Is(200).Text,
        await Fixture.Setup.As<string>(_ana, """select string_agg(c::text, ' ' order by c."streamId", c."index") from public."StreamChunk" c"""));
}
