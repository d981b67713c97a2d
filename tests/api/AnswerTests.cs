using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Answers;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Live;

namespace RlsChat.Tests.Api;

/// <summary>
/// POST /chats/{id}/answers: a model writes into a stream as the person who asked. Who may ask: ContentAccessTests.
/// </summary>
[Collection(LiveApi.Name)]
public sealed class AnswerTests(ApiFixture fixture) : ApiTest(fixture)
{
    private ModelDouble _model = null!;
    private WebApplication _api = null!;
    private Person _ana = null!, _ben = null!;
    private Guid _organization, _chat;

    public override async Task InitializeAsync()
    {
        _model = await ModelDouble.Start();
        _api = await Open(new AnswerLimits(), _model.Settings);
        (_ana, _ben, _organization) = await Fixture.Two();
        (_ana, _ben) = (_ana.At(ApiFixture.AddressOf(_api)), _ben.At(ApiFixture.AddressOf(_api)));
        _chat = await _ana.Begin(organizationId: _organization);
        await _ben.Say(_chat, "Who was Ada Lovelace?");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _api.DisposeAsync();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_streams_in_and_others_follow_it_on_another_instance()
    {
        await _ana.Post($"/chats/{_chat}/messages", new { role = "assistant", parts = new object[] { "not a text part", new { type = "text", text = "A" }, new { text = "mathematician." } } });
        var stream = await Ask();
        await using var follower = await Follower.Of(_ana.At(Fixture.Address), Fixture.Address, $"/streams/{stream}");
        await _model.Words.Writer.WriteAsync("She ");
        await follower.Hears("chunk");
        // What no text of PostgreSQL holds, and pieces that must not end within a character.
        var faces = string.Concat(Enumerable.Repeat("\U0001F600", 10_000));
        _model.Say("wrote the first\0 ", faces, $"x{faces}", " program.");
        await follower.Hears("finished");

        var text = $"She wrote the first\ufffd {faces}x{faces} program.";
        Assert.Equal(text, Text(follower));
        var message = (await _ana.Get($"/chats/{_chat}/messages")).Is(200).Body["items"]!.AsArray()[^1]!;
        Assert.Equal(("assistant", _ben.Id, text), ((string)message["role"]!, (Guid)message["userId"]!, (string)message["parts"]![0]!["text"]!));
        var asked = Assert.Single(_model.Asked);
        Assert.Equal((ModelDouble.Name, true), ((string)asked["model"]!, (bool)asked["stream"]!));
        Assert.Equal(["user: Who was Ada Lovelace?", "assistant: A\nmathematician."], asked["messages"]!.AsArray().Select(one => $"{one!["role"]}: {Content(one)}"));
    }

    [Theory]
    [InlineData(500, "[The answer was broken off. The model’s API answered 500.]")]
    [InlineData(401, "[The answer was broken off. The model’s API answered 401.]")]
    public async Task A_model_that_fails_ends_the_stream_as_abandoned_and_says_so(int status, string said)
    {
        _model.Status = status;
        var stream = await Ask();
        await using var follower = await Follower.Of(_ben, _ben.Address, $"/streams/{stream}");
        await follower.Hears("abandoned");
        Assert.Equal(said, Text(follower));
        Assert.DoesNotContain(ModelDouble.Key, Text(follower), StringComparison.Ordinal);
        Assert.Single((await _ana.Get($"/chats/{_chat}/messages")).Ids);
    }

    [Fact]
    public async Task A_model_that_falls_silent_is_not_waited_for()
    {
        await using var api = await Open(new AnswerLimits { MaxSilence = TimeSpan.FromMilliseconds(300) }, _model.Settings);
        await _model.Words.Writer.WriteAsync("She");
        var stream = (await _ben.At(ApiFixture.AddressOf(api)).Post($"/chats/{_chat}/answers", new { })).Is(201).Id;
        await using var follower = await Follower.Of(_ben, _ben.Address, $"/streams/{stream}");
        await follower.Hears("abandoned");
        Assert.Equal("She\n\n[The answer was broken off. The model took too long.]", Text(follower));
        await Wait.Until(() => Task.FromResult(_model.Left == 1));
    }

    [Fact]
    public async Task A_long_answer_ends()
    {
        await using var api = await Open(new AnswerLimits { MaxLength = 10 }, _model.Settings);
        await _model.Words.Writer.WriteAsync("more than 10");
        var stream = (await _ben.At(ApiFixture.AddressOf(api)).Post($"/chats/{_chat}/answers", new { })).Is(201).Id;
        await using var follower = await Follower.Of(_ben, _ben.Address, $"/streams/{stream}");
        await follower.Hears("finished");
        await Wait.Until(() => Task.FromResult(_model.Left == 1));
    }

    /// <summary>On any instance: by its row.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_person_who_asked_can_stop_it(bool hasBegun)
    {
        var stream = await Ask();
        var ben = _ben.At(Fixture.Address);
        await Wait.Until(() => Task.FromResult(!_model.Asked.IsEmpty));
        if (hasBegun)
        {
            await _model.Words.Writer.WriteAsync("She");
            await Wait.Until(async () => (await ben.Post($"/streams/{stream}/finish", new { })).Status == 201);
        }
        else
        {
            (await ben.Post($"/streams/{stream}/finish", new { })).Is(409, "stream_incomplete");
            (await ben.Post($"/streams/{stream}/abandon", new { })).Is(200);
        }

        await _model.Words.Writer.WriteAsync(" wrote");
        await Wait.Until(() => Task.FromResult(_model.Left == 1));
        Assert.Equal(hasBegun ? "She" : null, (await _ana.Get($"/chats/{_chat}/messages")).Is(200).Body["items"]!.AsArray().Skip(1).Select(one => (string)one!["parts"]![0]!["text"]!).SingleOrDefault());
    }

    [Fact]
    public async Task Nothing_is_written_once_the_right_to_write_is_gone()
    {
        var stream = await Ask();
        await Wait.Until(() => Task.FromResult(!_model.Asked.IsEmpty));
        (await _ana.Delete(_ben.In(_organization))).Is(204);
        await _model.Words.Writer.WriteAsync("She");
        await Wait.Until(() => Task.FromResult(_model.Left == 1));
        Assert.Equal(0, await Fixture.Setup.As<long>(_ana, """select count(*) from public."StreamChunk" where "streamId" = $1""", stream));
    }

    [Fact]
    public async Task A_person_has_two_at_once_and_no_connection_is_held()
    {
        await using var api = await Open(new AnswerLimits { AtOnceForPerson = 12 }, [.. _model.Settings, "--DATABASE_MAX_CONNECTIONS=8"]);
        var (first, second) = (await Ask(), await Ask());
        Assert.NotNull((await _ben.Post($"/chats/{_chat}/answers", new { })).Is(429, "too_many_answers").RetryAfter);
        (await _ana.Post($"/chats/{_chat}/answers", new { })).Is(201);
        (await _ben.Post($"/streams/{first}/abandon", new { })).Is(200);
        (await _ben.Post($"/streams/{second}/abandon", new { })).Is(200);
        for (var i = 0; i < 12; i++)
        {
            (await _ana.At(ApiFixture.AddressOf(api)).Post($"/chats/{_chat}/answers", new { })).Is(201);
        }

        await Wait.Until(() => Task.FromResult(_model.Asked.Count == 15));
        (await _ana.At(ApiFixture.AddressOf(api)).Get("/chats")).Is(200);
        await _model.Words.Writer.WriteAsync("x");
        _model.Words.Writer.Complete();
        await Wait.Until(async () => (await _ben.Post($"/chats/{_chat}/answers", new { })).Status == 201);
    }

    [Theory]
    [InlineData("stream_price", "1", 409, "insufficient_credits")]
    [InlineData("messages_per_hour", "1", 429, "quota_used_up")]
    public async Task Without_credits_or_quota_no_model_is_asked(string setting, string value, int status, string code)
    {
        await using var turned = await Fixture.Setup.Turn(setting, value);
        (await _ben.Post($"/chats/{_chat}/answers", new { })).Is(status, code);
        Assert.Empty((await _ben.Get($"/chats/{_chat}/streams")).Ids);
        Assert.Empty(_model.Asked);
    }

    [Fact]
    public async Task Without_a_message_there_is_nothing_to_answer()
    {
        var stream = (await _ben.Post($"/chats/{await _ben.Begin()}/answers", new { })).Is(201).Id;
        await using var follower = await Follower.Of(_ben, _ben.Address, $"/streams/{stream}");
        await follower.Hears("abandoned");
        Assert.Equal("[The answer was broken off. There is no message to answer, or the newest is too long.]", Text(follower));
        Assert.Empty(_model.Asked);
    }

    [Fact]
    public async Task An_instance_that_stops_says_so()
    {
        var stream = await Ask();
        await Wait.Until(() => Task.FromResult(!_model.Asked.IsEmpty));
        await using var follower = await Follower.Of(_ben, Fixture.Address, $"/streams/{stream}");
        await _api.StopAsync();
        await follower.Hears("abandoned");
        Assert.Equal("[The answer was broken off. This instance of the API is being stopped.]", Text(follower));
    }

    [Fact]
    public async Task Without_a_model_a_demo_answers_and_says_so()
    {
        await using var api = await Open(new AnswerLimits(), []);
        var stream = (await _ben.At(ApiFixture.AddressOf(api)).Post($"/chats/{_chat}/answers", new { })).Is(201).Id;
        await using var follower = await Follower.Of(_ben, _ben.Address, $"/streams/{stream}");
        await follower.Hears("finished");
        Assert.StartsWith("This is a demo answer: no model is configured.", Text(follower), StringComparison.Ordinal);
        Assert.Contains("Who was Ada Lovelace?", Text(follower), StringComparison.Ordinal);
    }

    /// <summary>An API with a real client of models, which other tests do without.</summary>
    private async Task<WebApplication> Open(AnswerLimits limits, string[] settings)
    {
        var api = ApiFixture.Build(Fixture.Database, adjust: builder =>
        {
            ApiFixture.LetAnswer(builder);
            builder.Services.AddSingleton(limits);
        }, settings: settings);
        await api.StartAsync();
        return api;
    }

    private async Task<Guid> Ask() => (await _ben.Post($"/chats/{_chat}/answers", new { })).Is(201).Id;

    private static string Text(Follower follower) =>
        string.Concat(follower.All.Where(heard => heard.Kind == "chunk").Select(heard => (string)heard.Data["data"]!));

    private static string Content(JsonNode message) =>
        message["content"] is JsonArray parts ? string.Concat(parts.Select(part => (string)part!["text"]!)) : (string)message["content"]!;
}
