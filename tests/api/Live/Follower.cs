using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>An event as a client got it.</summary>
internal sealed record ReceivedEvent(string Kind, string? Id, string Text)
{
    public JsonNode Data => JsonNode.Parse(Text)!;
    public Guid Row => Data["id"]!.GetValue<Guid>();
    public override string ToString() => $"{Kind} {(Text.Length > 500 ? $"{Text[..500]}…" : Text)}";
}

/// <summary>A client of a live stream, which keeps all events but pings.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Little fits into its connections, so who does not read is soon waited for.</summary>
    private static readonly HttpClient Narrow = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = int.MaxValue,
        ConnectCallback = async (to, stop) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            await socket.ConnectAsync(to.DnsEndPoint, stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedEvent> _heard = new();
    private readonly Task _reading;
    private int _forgotten;

    private Follower(HttpResponseMessage response) => _reading = Read(response);

    /// <summary>Everything but "ready" and pings.</summary>
    public List<ReceivedEvent> All => [.. _heard.Where(heard => heard.Kind is not ("ready" or "ping")).Skip(_forgotten)];

    /// <summary>The heartbeats.</summary>
    public List<ReceivedEvent> Pings => [.. _heard.Where(heard => heard.Kind == "ping")];

    /// <summary>The id of the last event that has one, pings aside.</summary>
    public string? LastId { get; private set; }

    /// <summary>Whether the server has closed it, or the connection broke.</summary>
    public bool IsOver => _reading.IsCompleted;

    /// <summary>Why it ended, as the server said.</summary>
    public string? End => _heard.FirstOrDefault(heard => heard.Kind == "end")?.Data["reason"]!.GetValue<string>();

    public static async Task<HttpResponseMessage> Open(Person person, Uri address, string path, string? lastId = null, bool isNarrow = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
        if (person.AccessToken.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.AccessToken);
        }

        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        return await (isNarrow ? Narrow : Http).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Follows, and returns when the server has taken them in.</summary>
    public static async Task<Follower> Of(Person person, Uri address, string path, string? lastId = null)
    {
        var response = await Open(person, address, path, lastId);
        Assert.True(response.IsSuccessStatusCode, $"{person.Name}: GET {path} is {(int)response.StatusCode}: "
            + (response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync()));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await new Follower(response).Begun(path);
    }

    /// <summary>One who opened it long ago, and begins to read now.</summary>
    public static Follower Late(HttpResponseMessage response) => new(response);

    /// <summary>When the server has taken them in.</summary>
    public async Task<Follower> Begun(string path)
    {
        if (!path.StartsWith("/streams/", StringComparison.Ordinal))
        {
            await Until(f => f._heard.Any(heard => heard.Kind is "ready" or "reset" or "end") || f.IsOver, "it begins");
        }

        return this;
    }

    /// <summary>The first so many are checked.</summary>
    public void Forget(int checkedOnes) => _forgotten += checkedOnes;

    /// <summary>Waits until it is so.</summary>
    public async Task Until(Func<Follower, bool> isSo, string what, int seconds = 60)
    {
        for (var until = DateTime.UtcNow.AddSeconds(seconds); !isSo(this); await Task.Delay(5))
        {
            Assert.True(DateTime.UtcNow < until, $"not within {seconds} s: {what}; heard:\n{string.Join('\n', _heard)}");
        }
    }

    /// <summary>The first event of that kind, about that row if one is named.</summary>
    public async Task<ReceivedEvent> Hears(string kind, Guid? row = null)
    {
        await Until(f => f.All.Any(Is), $"{kind} {row}");
        return All.First(Is);

        bool Is(ReceivedEvent heard) => heard.Kind == kind && (row is null || heard.Row == row);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task Read(HttpResponseMessage response)
    {
        using (response)
        {
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(_stop.Token);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(_stop.Token))
                {
                    LastId = item.EventType == "ping" ? LastId : item.EventId ?? LastId;
                    _heard.Enqueue(new(item.EventType, item.EventId, item.Data));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
            {
                // Closed, here or there.
            }
        }
    }
}
