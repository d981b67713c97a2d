using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RlsChat.Api.Data;

/// <summary>
/// The usage of this process's connection pools, from the metrics of Npgsql. With several hosts in a URL, each has a pool of
/// the same name: Npgsql publishes these one by one, and an exporter would keep the last. Here they add up.
/// </summary>
internal sealed class PoolUsage : IDisposable
{
    private const string Count = "db.client.connection.count";
    private const string Most = "db.client.connection.max";
    private const string PoolTag = "db.client.connection.pool.name";
    private const string StateTag = "db.client.connection.state";
    private readonly Lock _one = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Pool, string What), long> _seen = new();

    public PoolUsage(IMeterFactory meters)
    {
        var meter = meters.Create(DatabaseMetrics.Meter);
        meter.CreateObservableUpDownCounter(
            Count,
            () => Now().SelectMany(pool => (Measurement<long>[])
            [
                new(pool.InUse, new(PoolTag, pool.Name), new(StateTag, "used")),
                new(pool.Idle, new(PoolTag, pool.Name), new(StateTag, "idle")),
            ]),
            "{connection}", "Connections by pool and state.");
        meter.CreateObservableUpDownCounter(
            Most,
            () => Now().Select(pool => new Measurement<long>(pool.Max, new KeyValuePair<string, object?>(PoolTag, pool.Name))),
            "{connection}", "The most connections that each pool opens.");
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Npgsql" && Names(instrument) is not null)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Whether this publishes an instrument of Npgsql in its place.</summary>
    public static bool Replaces(Instrument instrument) => instrument is { Meter.Name: "Npgsql", Name: Count or Most };

    /// <summary>A pool of connections.</summary>
    /// <param name="Name">Whose: the role that its requests take, or <c>sign_in</c>.</param>
    /// <param name="InUse">Connections that a request has.</param>
    /// <param name="Idle">Connections that are open and wait for one.</param>
    /// <param name="Max">How many there may be.</param>
    /// <param name="Waiting">Requests that wait for a connection.</param>
    internal sealed record Pool(string Name, long InUse, long Idle, long Max, long Waiting);

    /// <summary>The current usage.</summary>
    public List<Pool> Now()
    {
        lock (_one)
        {
            foreach (var key in _seen.Keys.Where(key => key.What != "waiting"))
            {
                _seen.TryRemove(key, out _);
            }

            _listener.RecordObservableInstruments();
            return [.. DataSources.Names.Select(name => new Pool(
                name, Of(name, "used"), Of(name, "idle"), Of(name, "max"), Of(name, "waiting")))];
        }
    }

    public void Dispose() => _listener.Dispose();

    private long Of(string pool, string what) => _seen.GetValueOrDefault((pool, what));

    private void Take(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (pool, what) = ("", Names(instrument)!);
        foreach (var (key, tag) in tags)
        {
            (pool, what) = key switch
            {
                PoolTag => (tag as string ?? "", what),
                StateTag => (pool, tag as string ?? what),
                _ => (pool, what),
            };
        }

        // Waiting requests are published as changes, the rest as values; pools of one name add up.
        _seen.AddOrUpdate((pool, what), value, (_, sum) => sum + value);
    }

    private static string? Names(Instrument instrument) => instrument.Name switch
    {
        Count => "",
        Most => "max",
        "db.client.connection.npgsql.pending_requests" => "waiting",
        _ => null,
    };
}
