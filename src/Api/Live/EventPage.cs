using System.Net.ServerSentEvents;
using RlsChat.Api.Http;

namespace RlsChat.Api.Live;

/// <summary>A row of a delivery function: an event, a chunk or an end, and the subscriptions that get it.</summary>
/// <param name="Id">The number of the event; of a chunk, its index.</param>
/// <param name="Kind">Such as <c>message.created</c>, <c>chunk</c> or <c>end</c>.</param>
/// <param name="Payload">JSON; of a chunk its text, of an end the reason.</param>
/// <param name="Readers">Places of the subscriptions, from 1.</param>
internal readonly record struct Delivered(long Id, string Kind, string? Payload, int[] Readers);

/// <summary>A page of events, as the database returns it.</summary>
/// <param name="Rows">Events and ends.</param>
/// <param name="UpTo">The snapshot that was read up to.</param>
/// <param name="At">When it was read, in seconds since 1970.</param>
/// <param name="Last">The number of the last event, when there may be more; else null.</param>
/// <param name="Lag">For how long the oldest event had waited.</param>
internal sealed record EventPage(List<Delivered> Rows, string UpTo, long At, long? Last, TimeSpan Lag)
{
    /// <summary>Puts each event to the subscriptions that get it, and ends those that have lost access.</summary>
    /// <param name="subscriptions">The subscriptions that it was read for.</param>
    /// <param name="start">Where it was read from, with the snapshot that was read up to.</param>
    /// <param name="metrics">Counts events.</param>
    public void DeliverTo(IReadOnlyList<Subscription> subscriptions, Position start, LiveMetrics metrics)
    {
        foreach (var row in Rows)
        {
            if (row.Kind == "end")
            {
                Array.ForEach(row.Readers, reader => subscriptions[reader - 1].End(row.Payload!));
                continue;
            }

            var item = new SseItem<string>(row.Payload!, row.Kind) { EventId = start.Behind(row.Id) };
            foreach (var reader in row.Readers)
            {
                var subscription = subscriptions[reader - 1];
                if (subscription.From is not null)
                {
                    continue;
                }

                if (subscription.TryPut(item))
                {
                    metrics.Delivered.Add(1);
                }
                else
                {
                    // It takes no event after the first that does not fit, and continues there when it has room.
                    subscription.From = start with { Last = row.Id - 1 };
                }
            }
        }
    }
}
