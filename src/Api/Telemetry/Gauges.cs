using System.Diagnostics.Metrics;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Database;

namespace RlsChat.Api.Telemetry;

/// <summary>
/// Metrics that only the database knows, queried four times a minute. After a failed query they are left out.
/// </summary>
internal sealed partial class Gauges : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private readonly DataSources _sources;
    private readonly TimeProvider _time;
    private readonly ILogger<Gauges> _log;
    private volatile Figures? _last;

    public Gauges(IMeterFactory meters, DataSources sources, TimeProvider time, ILogger<Gauges> log)
    {
        (_sources, _time, _log) = (sources, time, log);
        var meter = meters.Create(DatabaseMetrics.Meter);
        Gauge("rlschat.sessions", "{session}", "Sessions that have neither ended nor expired.", figures => figures.Sessions);
        Gauge("rlschat.outbox.events", "{event}", "Events that the outbox holds, as the statistics estimate.", figures => figures.Events);
        Gauge("rlschat.migrations.pending", "{file}", "Files of db/schema that this program has and the database does not.",
            figures => Script.Embedded.Count(script => script.Folder == "schema") - figures.Migrations);
        Gauge("rlschat.postgres.version", "", "PostgreSQL's server_version_num.", figures => figures.Version);

        void Gauge(string name, string unit, string description, Func<Figures, long> value) => meter.CreateObservableGauge(
            name, () => _last is { } figures ? [new Measurement<long>(value(figures))] : (Measurement<long>[])[], unit, description);
    }

    private sealed record Figures(long Sessions, long Events, long Migrations, long Version);

    /// <summary>Queries them once.</summary>
    public async Task Refresh(CancellationToken stop)
    {
        try
        {
            await using var command = _sources.SignIn.CreateCommand("select sessions, events, migrations, current_setting('server_version_num')::bigint from auth.gauges()");
            await using var reader = await command.ExecuteReaderAsync(stop);
            await reader.ReadAsync(stop);
            _last = new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        }
        catch (NpgsqlException e)
        {
            _last = null;
            Failed(e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Period, _time);
            do
            {
                await Refresh(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The API stops.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the database's figures could not be asked for")]
    private partial void Failed(Exception cause);
}
