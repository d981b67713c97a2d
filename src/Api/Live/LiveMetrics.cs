using System.Diagnostics.Metrics;
using RlsChat.Api.Data;

namespace RlsChat.Api.Live;

/// <summary>Metrics of live delivery, in the meter <c>RlsChat.Api</c>.</summary>
internal sealed class LiveMetrics
{
    public LiveMetrics(IMeterFactory meters, Subscriptions subscriptions)
    {
        var meter = meters.Create(DatabaseMetrics.Meter);
        Delivered = meter.CreateCounter<long>("rlschat.live.delivered", "{event}", "Events and chunks put to a subscription.");
        meter.CreateObservableGauge("rlschat.live.subscribers", () => subscriptions.Count, "{subscription}", "Open subscriptions.");
        meter.CreateObservableGauge("rlschat.live.lag", () => Lag.TotalSeconds, "s", "How long the oldest event of the last page had waited.");
        meter.CreateObservableGauge("rlschat.live.listening", () => IsListening ? 1 : 0, "{connection}", "Whether the connection of delivery is open.");
    }

    /// <summary>Events and chunks put to a subscription.</summary>
    public Counter<long> Delivered { get; }

    /// <summary>How long the oldest event of the last page had waited.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Whether the connection of delivery is open.</summary>
    public bool IsListening { get; set; }
}
