using System.Diagnostics;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>
/// Executes database operations: repeats a transaction that met another one, logs one line for each operation,
/// without its parameters, and counts its outcome.
/// </summary>
internal sealed partial class OperationRunner(DataSources sources, DatabaseMetrics metrics, ILogger<OperationRunner> log)
{
    private const int MaxAttempts = 4;

    /// <summary>After this time a client is better told to try again later.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    /// <summary>An operation that may write has committed.</summary>
    public event Action? Committed;

    /// <param name="operation">What it is for.</param>
    /// <param name="userId">Who is asking, as the token says.</param>
    /// <param name="sql">The statement, for the metrics.</param>
    /// <param name="transaction">One whole transaction, which can be repeated.</param>
    public async Task<T> ExecuteWithRetry<T>(
        DatabaseOperation operation, Guid? userId, string sql, Func<Task<T>> transaction)
    {
        var started = Stopwatch.GetTimestamp();
        var (outcome, success, sqlState) = (Outcome.Error, false, (string?)null);
        try
        {
            var result = await RetryConflicts(transaction, started, operation.Stop);
            (outcome, success) = (DatabaseMetrics.Of(result), true);
            if (!operation.ReadOnly)
            {
                Committed?.Invoke();
            }

            return result;
        }
        catch (Exception e)
        {
            (outcome, sqlState) = e switch
            {
                PostgresException error => (DatabaseErrors.Outcome(error.SqlState), error.SqlState),
                InvalidInputException => (Outcome.Refused, null),
                NotPermittedException => (Outcome.Denied, null),
                SessionEndedException => (Outcome.Ended, null),
                _ => (Outcome.Error, null),
            };
            throw;
        }
        finally
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            operation.Time?.Add(elapsed);
            metrics.Count(operation.Name, sql, outcome, elapsed);
            var duration = Math.Round(elapsed.TotalMilliseconds, 3);
            if (sqlState is null)
            {
                LogOperation(operation.Name, duration, success, userId);
            }
            else
            {
                LogError(operation.Name, duration, success, sqlState, userId);
            }
        }
    }

    /// <summary>
    /// Waits for a transaction; if another host becomes the primary meanwhile, that is as if the connection were lost. The
    /// transaction is left to itself: cancelled, Npgsql would wait for the lost host's answer to that.
    /// </summary>
    private async Task<T> WhileHere<T>(Task<T> transaction, CancellationToken stop)
    {
        var gone = sources.Api.Gone;
        try
        {
            return await transaction.WaitAsync(gone);
        }
        catch (OperationCanceledException e) when (gone.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new NpgsqlException("Another host is the primary now.", new TimeoutException(e.Message, e));
        }
    }

    /// <summary>Counts a read that was sent to a standby.</summary>
    /// <param name="outcome"><c>yes</c>; <c>behind</c> or <c>failed</c>: the primary answered.</param>
    public void CountStandby(string outcome) => metrics.CountStandby(outcome);

    private async Task<T> RetryConflicts<T>(Func<Task<T>> transaction, long started, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WhileHere(transaction(), stop);
            }
            catch (PostgresException e) when (
                attempt < MaxAttempts && DatabaseErrors.IsWorthRepeating(e) && Stopwatch.GetElapsedTime(started) < MaxTime)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 25) * attempt), stop);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{operation} {duration} {success} {userId}")]
    private partial void LogOperation(string operation, double duration, bool success, Guid? userId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{operation} {duration} {success} {sqlState} {userId}")]
    private partial void LogError(string operation, double duration, bool success, string sqlState, Guid? userId);
}
