using System.Diagnostics;
using Npgsql;
using RlsChat.Api.Http;
using RlsChat.Api.Telemetry;

namespace RlsChat.Api.Data;

/// <summary>
/// Runs database operations: tries again what met another transaction, and writes one line to the
/// log for each, without its parameters, and counts what it came to.
/// </summary>
internal sealed partial class Operations(DatabaseMetrics metrics, ILogger<Operations> log)
{
    private const int Attempts = 4;

    /// <summary>Whoever has waited this long is better told to come back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="request">What it is for.</param>
    /// <param name="userId">Who is asking, as the token says.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="attempt">One whole transaction, which can be repeated.</param>
    public async Task<T> Run<T>(Request request, Guid? userId, string sql, Func<Task<T>> attempt)
    {
        var started = Stopwatch.GetTimestamp();
        var (outcome, success, cause) = (Outcome.Error, false, (string?)null);
        try
        {
            var result = await Repeat(attempt, started, request.Stop);
            (outcome, success) = (DatabaseMetrics.Of(result), true);
            if (!request.Reads)
            {
                request.Live?.Wrote();
            }

            return result;
        }
        catch (PostgresException e)
        {
            (outcome, cause) = (DatabaseErrors.Outcome(e.SqlState), e.SqlState);
            throw;
        }
        catch (InvalidInputException)
        {
            outcome = Outcome.Refused;
            throw;
        }
        catch (NotPermittedException)
        {
            outcome = Outcome.Denied;
            throw;
        }
        catch (SessionEndedException)
        {
            outcome = Outcome.Ended;
            throw;
        }
        finally
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            request.Time?.Add(elapsed);
            var duration = Math.Round(elapsed.TotalMilliseconds, 3);
            metrics.Count(request.Name, sql, outcome, elapsed);
            if (cause is null)
            {
                Done(request.Name, duration, success, userId);
            }
            else
            {
                Failed(request.Name, duration, success, cause, userId);
            }
        }
    }

    private static async Task<T> Repeat<T>(Func<Task<T>> attempt, long started, CancellationToken stop)
    {
        for (var count = 1; ; count++)
        {
            try
            {
                return await attempt();
            }
            catch (PostgresException e) when (
                count < Attempts && DatabaseErrors.IsWorthRepeating(e) && Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 25) * count), stop);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{operation} {duration} {success} {userId}")]
    private partial void Done(string operation, double duration, bool success, Guid? userId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{operation} {duration} {success} {sqlState} {userId}")]
    private partial void Failed(string operation, double duration, bool success, string sqlState, Guid? userId);
}
