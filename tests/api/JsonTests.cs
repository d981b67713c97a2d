using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>The parts of a message are returned as they were sent, byte for byte.</summary>
public sealed class JsonTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"type":"text","text":"hi"}]""")]
    [InlineData("""[ {"b" : 1,  "a":2, "b":3} ]""")]
    [InlineData("""[1.0, 1e2, -0, 12345678901234567890.123456789, 1E-7]""")]
    [InlineData("""["\u00e9", "é", "\/", "<&>'", "\ud83d\ude00", "😀", "\u0001"]""")]
    [InlineData("[\n\t[[[]]] ,\r\n null,true , false ]")]
    public async Task Parts_and_attachments(string array)
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        var posted = (await ana.SendRaw(HttpMethod.Post, $"/chats/{chat}/messages",
            $$"""{"role": "assistant", "parts": {{array}}, "attachments": {{array}}}""")).Is(201);
        Expect(posted.Text, array);
        Assert.Equal($"/messages/{posted.Id}", posted.Location!.ToString());
        Expect((await ana.Get($"/chats/{chat}/messages")).Is(200).Text, array);

        var message = await ana.Say(chat);
        Expect((await ana.SendRaw(HttpMethod.Patch, $"/messages/{message}",
            $$"""{"attachments": {{array}}, "parts": {{array}} }""")).Is(200).Text, array);
    }

    [Fact]
    public async Task A_patch_keeps_what_it_leaves_out()
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin("first");
        Assert.Equal("first", (await ana.Patch($"/chats/{chat}", new { visibility = "public" })).Is(200).Body["title"]!.GetValue<string>());
        Assert.Equal("public", (await ana.Patch($"/chats/{chat}", new { title = "second" })).Is(200).Body["visibility"]!.GetValue<string>());
        var message = await ana.Say(chat, "hello");
        var patched = (await ana.Patch($"/messages/{message}", new { attachments = new[] { 1 } })).Is(200).Text;
        Assert.Contains("\"parts\":[{\"text\":\"hello\"}],\"attachments\":[1]", patched, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_is_what_was_asked_for()
    {
        var ana = await Fixture.SignUp("ana");
        var id = Guid.NewGuid();
        var made = (await ana.Post("/chats", new { id, title = "Ünïcødé 😀", visibility = "public" })).Is(201);
        Assert.Equal($"/chats/{id}", made.Location!.ToString());
        Assert.Contains("\"title\":\"Ünïcødé", made.Text, StringComparison.Ordinal);
        Assert.Equal(["id", "title", "visibility", "userId", "organizationId", "createdAt", "version"], made.Body.AsObject().Select(member => member.Key));
        Assert.Equal(ana.Id, made.Body["userId"]!.GetValue<Guid>());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", made.Body["createdAt"]!.GetValue<string>());
        Assert.Equal(made.Text, (await ana.Get($"/chats/{id}")).Is(200).Text);
    }

    [Fact]
    public async Task A_taken_id_is_a_conflict_that_tells_nothing_of_whose_it_is()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var hidden = await ana.Begin("ana's secret");
        var response = (await ben.Post("/chats", new { id = hidden, title = "mine" })).Is(409, "conflict");
        Assert.DoesNotContain("secret", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pkey", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(hidden.ToString(), response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_is_created_only_in_ones_own_organization()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var organization = await Fixture.Setup.Found(ana);
        (await ben.Post("/chats", new { title = "intruder", organizationId = organization })).Is(403);
        (await ben.Post("/chats", new { title = "intruder", organizationId = Guid.NewGuid() })).Is(403);
        (await ana.Post("/chats", new { title = "ours", organizationId = organization })).Is(201);
        (await Fixture.Anonymous().Post("/chats", new { title = "nobody's" })).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task A_hidden_chat_is_answered_like_an_unknown_path()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var hidden = await ben.Get($"/chats/{await ana.Begin()}");
        Assert.Equal((await ben.Get("/nowhere")).Is(404).WithoutTrace(), hidden.Is(404).WithoutTrace());
    }

    private static void Expect(string text, string array) =>
        Assert.Contains($"\"parts\":{array},\"attachments\":{array},", text, StringComparison.Ordinal);
}
