using System.Diagnostics;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>
/// Executes database operations: repeats a transaction that met another one, logs one line for each operation,
/// without its parameters, and counts its outcome.
/// </summary>
internal sealed partial class OperationRunner(DatabaseMetrics metrics, ILogger<OperationRunner> log)
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

    private static async Task<T> RetryConflicts<T>(Func<Task<T>> transaction, long started, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await transaction();
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
