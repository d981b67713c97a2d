using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Doubles;

/// <summary>A model behind an API such as OpenAI's, on loopback: it says what a test lets it say, as server-sent events.</summary>
internal sealed class ModelDouble : IAsyncDisposable
{
    public const string Key = "sk-of-the-double", Name = "double-1";
    private readonly WebApplication _app;
    private int _left;

    private ModelDouble(WebApplication app) => _app = app;

    /// <summary>What it says next; completed, it has answered.</summary>
    public Channel<string> Words { get; set; } = Channel.CreateUnbounded<string>();

    /// <summary>A status other than 200 is all that it answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The bodies of requests.</summary>
    public ConcurrentQueue<JsonNode> Asked { get; } = new();

    /// <summary>How many askers went before the end.</summary>
    public int Left => _left;

    public Uri Endpoint => new(ApiFixture.AddressOf(_app), "/v1");

    public string[] Settings => [$"--CHAT_ENDPOINT={Endpoint}", $"--CHAT_MODEL={Name}", $"--CHAT_KEY={Key}"];

    public static async Task<ModelDouble> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var model = new ModelDouble(app);
        app.MapPost("/v1/chat/completions", model.Complete);
        await app.StartAsync();
        return model;
    }

    /// <summary>Says all of it, and that it was all.</summary>
    public void Say(params string[] words)
    {
        foreach (var word in words)
        {
            Assert.True(Words.Writer.TryWrite(word));
        }

        Words.Writer.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task Complete(HttpContext context)
    {
        Assert.Equal($"Bearer {Key}", context.Request.Headers.Authorization);
        Asked.Enqueue((await JsonNode.ParseAsync(context.Request.Body))!);
        if (Status != 200)
        {
            context.Response.StatusCode = Status;
            await context.Response.WriteAsJsonAsync(new { error = new { message = $"out of order, {Key}", type = "server_error" } });
            return;
        }

        context.Response.ContentType = "text/event-stream";
        try
        {
            await foreach (var word in Words.Reader.ReadAllAsync(context.RequestAborted))
            {
                await Send(context, new { id = "1", @object = "chat.completion.chunk", created = 1, model = Name, choices = new[] { new { index = 0, delta = new { content = word } } } });
            }

            await context.Response.WriteAsync("data: [DONE]\n\n");
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _left);
        }
    }

    private static async Task Send(HttpContext context, object data)
    {
        await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(data)}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
