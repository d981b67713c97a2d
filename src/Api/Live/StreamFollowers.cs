using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Live;

/// <summary>
/// The subscriptions that follow a stream. Each knows the index of its last chunk, so none lags behind: what does not
/// fit is read again in the next round.
/// </summary>
internal sealed class StreamFollowers(LiveMetrics metrics)
{
    private readonly List<Subscription> _followers = [];

    public int Count => _followers.Count;

    public void Add(Subscription follower) => _followers.Add(follower);

    public void RemoveClosed() => _followers.RemoveAll(follower => follower.IsGone);

    public void ForEach(Action<Subscription> action) => _followers.ForEach(action);

    /// <summary>Delivers the chunks that followers do not have yet, and ends those that have all or lost access.</summary>
    /// <returns>Whether there may be more at once.</returns>
    public async Task<bool> Deliver(NpgsqlConnection connection, CancellationToken stop)
    {
        if (Count == 0)
        {
            return false;
        }

        var isMore = false;
        foreach (var row in await Outbox.DeliverChunks(connection, new SubscriptionArrays(_followers), stop))
        {
            foreach (var reader in row.Readers)
            {
                isMore |= Deliver(_followers[reader - 1], row);
            }
        }

        return isMore;
    }

    /// <summary>Ends followers that have taken nothing for too long.</summary>
    public void EndStuck() => _followers.FindAll(follower => follower.IsStuck).ForEach(follower => follower.End("slow"));

    private bool Deliver(Subscription follower, Delivered row)
    {
        switch (row.Kind)
        {
            case "end":
                follower.End(row.Payload!);
                return false;
            case "chunk" when follower.Index + 1 == row.Id && follower.TryPut(Chunk(row)):
                follower.Index++;
                metrics.Delivered.Add(1);
                return true;
            case "finished" or "abandoned" when follower.TryPut(End(row)):
                follower.Complete();
                metrics.Delivered.Add(1);
                return false;
            default:
                return false;
        }
    }

    private static SseItem<string> Chunk(Delivered row) =>
        new(JsonSerializer.Serialize(new LiveChunk((int)row.Id, row.Payload!), ApiJson.Options), row.Kind)
        {
            EventId = row.Id.ToString(CultureInfo.InvariantCulture),
        };

    private static SseItem<string> End(Delivered row) => new(
        row.Kind == "finished" ? $$"""{"messageId":{{(row.Payload is null ? "null" : $"\"{row.Payload}\"")}}}""" : "{}", row.Kind);
}

/// <summary>The data of a <c>chunk</c> event: a piece of an answer.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Data">The text.</param>
internal sealed record LiveChunk(int Index, string Data);
