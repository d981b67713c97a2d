using System.Collections.Concurrent;
using System.Diagnostics;

namespace RlsChat.Tests.Cluster;

/// <summary>Writes one message after the other into its chat, each under an idempotency key until it is acknowledged.</summary>
internal sealed class Writer(Person person, Guid organization, Guid chat, ConcurrentQueue<long> acknowledgements)
{
    private static readonly HashSet<string> Expected = ["unavailable", "timeout"];

    public Guid Organization => organization;

    /// <summary>The ids of the acknowledged messages, by their texts.</summary>
    public ConcurrentDictionary<string, Guid> Acknowledged { get; } = new();

    /// <summary>Responses that a client should never get.</summary>
    public ConcurrentQueue<string> Unexpected { get; } = new();

    public async Task Write(CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            await Once($"{person.Name}-{number}", stop);
            await Task.Delay(Random.Shared.Next(100, 300), CancellationToken.None);
        }
    }

    private async Task Once(string text, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var (status, body, _) = await person.Send(
                    HttpMethod.Post, $"/chats/{chat}/messages", new { role = "user", parts = new[] { new { text } } }, key: text, patience: TimeSpan.FromSeconds(15));
                if (status == 201)
                {
                    Acknowledged[text] = (Guid)body!["id"]!;
                    acknowledgements.Enqueue(Stopwatch.GetTimestamp());
                    return;
                }

                if (!Expected.Contains((string?)body?["code"] ?? ""))
                {
                    Unexpected.Enqueue($"{status} {body?.ToJsonString()}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // Nobody knows whether it was written: the key does.
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Random.Shared.Next(50, 150), CancellationToken.None);
        }
    }
}
