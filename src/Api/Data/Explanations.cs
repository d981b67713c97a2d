using System.Data;
using Npgsql;
using RlsChat.Api.Http;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>
/// Answers operators' questions about other people's access, one at a time, by a login that does nothing else. PostgreSQL
/// decides on the operator's own connection whether they may ask, and records the question there first.
/// </summary>
internal sealed class Explanations(DataSources sources) : IDisposable
{
    /// <summary>The login is not configured.</summary>
    public static readonly Problem NotConfigured =
        new(404, "not_configured", "Access is not explained here: POSTGRES_EXPLAIN_URL is not set.");

    /// <summary>Another one is being answered.</summary>
    public static readonly Problem Busy = new(429, "explaining", "Another question is being answered.") { RetryAfter = 5 };

    /// <summary>The question names something that does not exist; the detail says what.</summary>
    public static readonly Problem Unknown = new(400, "unknown_question", "There is no such table, column or row.");

    private readonly SemaphoreSlim _one = new(1);

    public void Dispose() => _one.Dispose();

    /// <summary>Runs an explanation in a transaction that is rolled back.</summary>
    /// <param name="db">The operator's way to the database.</param>
    /// <param name="about">What is asked.</param>
    /// <param name="answer">Takes the connection, and the id of the person or null for nobody of that name.</param>
    /// <param name="stop">Ends it between two statements.</param>
    /// <exception cref="NotPermittedException">The caller may not ask.</exception>
    /// <exception cref="ExplanationException">It cannot be answered here or now, or the question names nothing that exists.</exception>
    public async Task<T> Ask<T>(MonitorDb db, AuditedQuestion about, Func<NpgsqlConnection, Guid?, Task<T>> answer, CancellationToken stop)
    {
        if (sources.Explain is not { } source)
        {
            await db.Query<int>("select 1");
            throw new ExplanationException(NotConfigured);
        }

        var person = await db.Record(about);
        if (!await _one.WaitAsync(0, stop))
        {
            throw new ExplanationException(Busy);
        }

        try
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, stop);
            // The login's own time-outs apply, for whatever connects by it (db/roles/rlschat_explain.sql).
            return await answer(connection, person);
        }
        catch (SetupException e)
        {
            throw new ExplanationException(Unknown with { Detail = e.Message });
        }
        // The operator lacks nothing: it is the login.
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new InvalidOperationException("rlschat_explain lacks a right: make db-check", e);
        }
        finally
        {
            _one.Release();
        }
    }
}

/// <summary>A question about access, as the audit records it.</summary>
/// <param name="Action">The kind of question.</param>
/// <param name="Person">Whose access: an address or an id; null if it is nobody's.</param>
/// <param name="Target">The table.</param>
/// <param name="Key">The key of the row, or null.</param>
internal sealed record AuditedQuestion(string Action, string? Person, string Target, string? Key = null);

/// <summary>The question is not answered.</summary>
internal sealed class ExplanationException(Problem problem) : ProblemException(problem);
