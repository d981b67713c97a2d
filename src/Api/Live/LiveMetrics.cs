using System.Diagnostics.Metrics;
using RlsChat.Api.Data;

namespace RlsChat.Api.Live;

/// <summary>Figures of live delivery, as the meter <c>RlsChat.Api</c>.</summary>
internal sealed class LiveMetrics
{
    public LiveMetrics(IMeterFactory meters, Subscriptions subscriptions)
    {
        var meter = meters.Create(DatabaseMetrics.Meter);
        Delivered = meter.CreateCounter<long>("rlschat.live.delivered", "{event}", "Events put to a subscriber.");
        meter.CreateObservableGauge("rlschat.live.subscribers", () => subscriptions.Count, "{subscriber}", "Streams that are open.");
        meter.CreateObservableGauge("rlschat.live.lag", () => Lag.TotalSeconds, "s", "How long the oldest event of the last question had waited.");
        meter.CreateObservableGauge("rlschat.live.listening", () => IsListening ? 1 : 0, "{connection}", "Whether the connection of delivery is there.");
    }

    /// <summary>Events put to a subscriber.</summary>
    public Counter<long> Delivered { get; }

    /// <summary>How long the oldest event of the last question had waited.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Whether the connection of delivery is there.</summary>
    public bool IsListening { get; set; }
}
