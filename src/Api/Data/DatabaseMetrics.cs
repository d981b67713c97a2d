using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace RlsChat.Api.Data;

/// <summary>Metrics of database operations. They hold no data of rows.</summary>
internal sealed partial class DatabaseMetrics
{
    /// <summary>The name of this program's meter.</summary>
    public const string Meter = "RlsChat.Api";

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _denials, _standby;

    public DatabaseMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _duration = meter.CreateHistogram("rlschat.database.operation.duration", "s",
            "How long a database operation took, its waiting for a connection and its repetitions included.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
        _standby = meter.CreateCounter<long>("rlschat.standby.reads", "{read}", "Reads that were sent to a standby.");
        _denials = meter.CreateCounter<long>("rlschat.denials", "{denial}",
            "Operations that the policies, grants or functions of a table did not let somebody do.");
    }

    public void CountStandby(string outcome) => _standby.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="operation">The endpoint's name.</param>
    /// <param name="sql">The statement, whose target a denial is counted under.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="duration">How long it took.</param>
    public void Count(string operation, string sql, Outcome outcome, TimeSpan duration)
    {
        _duration.Record(duration.TotalSeconds,
            new("operation", operation), new("outcome", outcome.ToString().ToLowerInvariant()));
        if (outcome is Outcome.Denied)
        {
            _denials.Add(1, new KeyValuePair<string, object?>("target", Target(sql)));
        }
    }

    /// <summary>The outcome of a result: no row, and no row changed, are hidden.</summary>
    public static Outcome Of(object? result) => result switch
    {
        null or false or 0 => Outcome.Hidden,
        IOutcome known => known.Outcome,
        _ => Outcome.Yes,
    };

    /// <summary>The table that a statement writes or else reads, or the function that it calls.</summary>
    public static string Target(string sql) =>
        Targets().Match(sql) is { Success: true } match
            ? match.Groups.Values.Skip(1).First(group => group.Success).Value
            : "other";

    [GeneratedRegex("""(?:insert into|update|delete from)\s+(?:public\.)?"?(\w+)|(?:public|auth)\.(\w+)\(|(?:from)\s+public\."?(\w+)""")]
    private static partial Regex Targets();
}
