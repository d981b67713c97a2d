using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace RlsChat.Tests.Cluster;

/// <summary>
/// Somebody who follows the chats of their organization as docs/api.md says: continues after the last event, and reads the
/// lists again on <c>reset</c>. Keeps what it saw, and lists its chats now and then, from a standby.
/// </summary>
internal sealed class Reader(Person person, Guid organization, IReadOnlyList<Guid> chats)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(40);
    private readonly ConcurrentDictionary<Guid, int> _events = new();
    private readonly ConcurrentDictionary<Guid, bool> _seen = new();
    private readonly Dictionary<Guid, string> _cursors = [];
    private readonly TaskCompletionSource _began = new();

    /// <summary>Completes when the first stream has begun.</summary>
    public Task Began => _began.Task;

    /// <summary>How many rows of somebody else it was shown.</summary>
    public int Leaks { get; private set; }

    /// <summary>How many messages were announced more than once.</summary>
    public int Repeated => _events.Values.Count(times => times > 1);

    /// <summary>How often it had to read the lists again, and to connect again.</summary>
    public int Resets { get; private set; }

    public int Connections { get; private set; }

    public Guid Organization => organization;

    /// <summary>Of these messages, how many it has never seen.</summary>
    public int Lost(IEnumerable<Guid> messages) => messages.Count(message => !_seen.ContainsKey(message));

    public async Task Follow(CancellationToken stop)
    {
        for (string? last = null; !stop.IsCancellationRequested; await Pause(Random.Shared.Next(200, 600), stop))
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
            silence.CancelAfter(Silence);
            try
            {
                using var response = await person.Follow("/me/events", last, silence.Token);
                if (!response.IsSuccessStatusCode)
                {
                    continue;
                }

                Connections++;
                await using var stream = await response.Content.ReadAsStreamAsync(silence.Token);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(silence.Token))
                {
                    silence.CancelAfter(Silence);
                    last = item.EventId ?? last;
                    await Take(item, last, stop);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // Whatever it was, another attempt follows.
            }
        }
    }

    /// <summary>Lists the chats of the organization, every few seconds.</summary>
    public async Task Look(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Pause(Random.Shared.Next(2000, 4000), stop);
            if (await Get("/chats?scope=organization", null) is { } page)
            {
                Check(page["items"]!.AsArray(), item => (Guid?)item["organizationId"] == organization);
            }
        }
    }

    private async Task Take(SseItem<string> item, string? last, CancellationToken stop)
    {
        switch (item.EventType)
        {
            case "ready":
                _began.TrySetResult();
                break;
            case "reset":
                Resets++;
                foreach (var chat in chats)
                {
                    await ReadAgain(chat, last, stop);
                }

                break;
            case "message.created":
                var message = JsonNode.Parse(item.Data)!;
                Leaks += chats.Contains((Guid)message["chatId"]!) ? 0 : 1;
                _events.AddOrUpdate((Guid)message["id"]!, 1, (_, times) => times + 1);
                _seen.TryAdd((Guid)message["id"]!, true);
                break;
        }
    }

    private async Task ReadAgain(Guid chat, string? after, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // A writer is alone in a chat, one message at a time: what lies before the last page does not change.
            var cursor = _cursors.GetValueOrDefault(chat);
            if (await Get($"/chats/{chat}/messages?limit=100{(cursor is null ? "" : $"&cursor={cursor}")}", after) is not { } page)
            {
                await Pause(200, stop);
                continue;
            }

            Check(page["items"]!.AsArray(), item => (Guid)item["chatId"]! == chat);
            foreach (var item in page["items"]!.AsArray())
            {
                _seen.TryAdd((Guid)item!["id"]!, true);
            }

            if ((string?)page["nextCursor"] is not { } next)
            {
                return;
            }

            _cursors[chat] = Uri.EscapeDataString(next);
        }
    }

    private async Task<JsonNode?> Get(string path, string? after)
    {
        try
        {
            return await person.Send(HttpMethod.Get, path, after: after) is (200, { } page, _) ? page : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private void Check(JsonArray items, Func<JsonNode, bool> isOwn) => Leaks += items.Count(item => !isOwn(item!));

    private static async Task Pause(int milliseconds, CancellationToken stop) =>
        await Task.Delay(milliseconds, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
