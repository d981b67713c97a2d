using System.Globalization;
using Npgsql;

namespace RlsChat.Api.Data;

/// <summary>
/// Deletes rows past their retention, once an hour. Every instance calls the function, which lets one run at a time.
/// The first run is at a random time within ten minutes of the start.
/// </summary>
internal sealed partial class Purge(DataSources sources, OperationRunner operations, TimeProvider time, ILogger<Purge> log)
    : BackgroundService
{
    /// <summary>How often it asks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <summary>Purges once.</summary>
    /// <returns>The number of deleted rows by table; empty when another instance is purging.</returns>
    public Task<Dictionary<string, long>> Once(CancellationToken stop) =>
        operations.ExecuteWithRetry(new DatabaseOperation("purge", ReadOnly: false, stop), null, "select auth.purge()", async () =>
        {
            await using var connection = await sources.SignIn.OpenConnectionAsync(stop);
            await using var batch = new NpgsqlBatch(connection)
            {
                // A purge may take longer than a request. The setting ends with the batch's transaction.
                BatchCommands = { new("select set_config('statement_timeout', '10min', true)"), new("select purged, deleted from auth.purge()") },
                Timeout = 600,
            };
            await using var reader = await batch.ExecuteReaderAsync(stop);
            await reader.NextResultAsync(stop);
            var deleted = new Dictionary<string, long>(StringComparer.Ordinal);
            while (await reader.ReadAsync(stop))
            {
                deleted.Add(reader.GetString(0), reader.GetInt64(1));
            }

            return deleted;
        });

    /// <summary>Runs until the API stops; a failed purge is retried an hour later.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(Random.Shared.Next(60, 600)), time, stoppingToken);
            using var timer = new PeriodicTimer(Period, time);
            do
            {
                await Try(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The API stops.
        }
    }

    private async Task Try(CancellationToken stop)
    {
        try
        {
            var deleted = await Once(stop);
            var rows = string.Join(", ", deleted.Where(table => table.Value > 0)
                .Select(table => string.Create(CultureInfo.InvariantCulture, $"{table.Key} {table.Value}")));
            if (rows.Length > 0)
            {
                Purged(rows);
            }
        }
        catch (NpgsqlException e)
        {
            Failed(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "purged: {Rows}")]
    private partial void Purged(string rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the purge failed, and is tried again in an hour")]
    private partial void Failed(Exception cause);
}
