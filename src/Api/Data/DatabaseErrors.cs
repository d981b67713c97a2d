using System.Net.Sockets;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>
/// The problem that an error of the database is over HTTP. The code decides, never the text; nothing that the
/// server says about rows, constraints or SQL is passed on, but the name of a field.
/// </summary>
internal static class DatabaseErrors
{
    /// <summary>This system's own error codes, which functions of db/ raise; docs/api.md lists them.</summary>
    private static readonly Dictionary<string, Problem> Own = new(StringComparer.Ordinal)
    {
        ["RC001"] = new(409, "email_taken", "This e-mail address has an account already."),
        ["RC002"] = new(409, "already_in_organization", "You are in an organization already; leave it first."),
        ["RC003"] = new(409, "last_administrator", "An organization with members keeps an administrator."),
        ["RC004"] = new(410, "invitation_invalid", "The invitation is not for you, was used or has expired. Your address must be verified."),
        ["RC005"] = new(409, "insufficient_credits", "The balance does not cover this."),
        ["RC006"] = new(409, "manager_cycle", "A person cannot be their own manager, directly or indirectly."),
        ["RC007"] = new(400, "not_a_colleague", "That person is not in your organization."),
        ["RC008"] = new(409, "last_way_in", "Without this account you could not sign in any more."),
        ["RC009"] = new(409, "not_in_organization", "You are in no organization."),
        ["RC010"] = new(410, "token_invalid", "The link is not valid, was used, has expired or is somebody else's."),
        ["RC011"] = new(409, "operator_conflict", "An operator is in no organization."),
        ["RC012"] = new(400, "unknown_role", "There is no such role in your organization."),
        ["RC013"] = new(409, "account_taken", "That account signs somebody else in."),
        // RC014 is below: its Retry-After depends on the time.
        ["RC015"] = Preconditions.Failed,
        ["RC016"] = new(409, "stream_finished", "The stream has become its message."),
        ["RC017"] = new(409, "stream_abandoned", "The stream was silent for too long."),
        ["RC018"] = new(409, "stream_incomplete", "Chunks are missing: their indexes begin at 0 and leave none out."),
        ["RC019"] = new(400, "stream_too_long", "A message holds no more than 1 MB."),
        ["RC020"] = new(409, "chunk_conflict", "Another chunk has this index."),
    };

    /// <summary>The outcome of an operation that ended in this error.</summary>
    public static Outcome Outcome(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.InsufficientPrivilege => Data.Outcome.Denied,
        // Values, constraints, and what the functions of db/functions raise.
        ['2', '2' or '3', ..] or ['R', 'C', ..] => Data.Outcome.Refused,
        _ => Data.Outcome.Error,
    };

    /// <summary>Whether the transaction met another one and may succeed when it is repeated.</summary>
    public static bool MetAnother(string sqlState) => sqlState
        is PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.LockNotAvailable;

    /// <summary>
    /// Also two races: of two people who claim one document id, the policy refuses the later at the second attempt; of two
    /// versions in one millisecond, the later gets the next one.
    /// </summary>
    public static bool IsWorthRepeating(PostgresException error) => MetAnother(error.SqlState) || error
        is { SqlState: PostgresErrorCodes.ExclusionViolation, ConstraintName: "Document_one_owner" }
        or { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "Document_pkey" };

    /// <summary>The problem, or null for an unexpected error.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="deleting">Whether the request was to delete something.</param>
    /// <param name="signedIn">Whether the caller has signed in.</param>
    public static Problem? Problem(Exception exception, bool deleting, bool signedIn) => exception switch
    {
        PostgresException error => Problem(error, deleting, signedIn),
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException } => Unavailable(5),
        // No host answers, or none matches target_session_attrs: a failover may be in progress.
        NpgsqlException { InnerException: AggregateException } => Unavailable(5),
        NpgsqlException { Message: "No suitable host was found." } => Unavailable(5),
        NpgsqlException { IsTransient: true } => Unavailable(5),
        _ => null,
    };

    private static Problem? Problem(PostgresException error, bool deleting, bool signedIn) => error.SqlState switch
    {
        PostgresErrorCodes.InsufficientPrivilege => Problems.Of(signedIn ? 403 : 401),
        PostgresErrorCodes.UniqueViolation => Conflict,
        PostgresErrorCodes.RestrictViolation => InUse,
        PostgresErrorCodes.ForeignKeyViolation => deleting ? InUse : Problems.Of(404),
        PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NotNullViolation
            or PostgresErrorCodes.ExclusionViolation => Invalid(error),
        PostgresErrorCodes.QueryCanceled => Problems.Timeout,
        var state when MetAnother(state) => Unavailable(1),
        ['2', '2', ..] => Invalid(error),
        // Class 08 comes from a pooler that has no connection, or has lost it.
        ['5', '3', ..] or ['5', '7', 'P', '0', _] or ['0', '8', ..] => Unavailable(5),
        "RC014" => QuotaUsedUp,
        ['R', 'C', ..] own => Own.GetValueOrDefault(own),
        _ => null,
    };

    /// <summary>Every problem of the database that has a code of its own.</summary>
    public static IEnumerable<Problem> All => [.. Own.Values, QuotaUsedUp, Conflict, InUse, Problems.Timeout, Unavailable(5)];

    private static readonly Problem Conflict = new(409, "conflict", "It already exists.");

    private static readonly Problem InUse = new(409, "in_use", "It is still in use.");

    /// <summary>The quota is per clock hour.</summary>
    private static Problem QuotaUsedUp => new(429, "quota_used_up", "Your hourly quota of messages is used up.")
    {
        RetryAfter = 3600 - (int)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() % 3600),
    };

    private static Problem Unavailable(int seconds) =>
        new(503, "unavailable", "Try again in a moment.") { RetryAfter = seconds };

    private static Problem Invalid(PostgresException error) =>
        Field(error) is { } field ? Problems.Invalid(field, "is not allowed to be this") : Problems.Of(400);

    /// <summary>A column, or what a constraint named "Table_column_check" is about.</summary>
    private static string? Field(PostgresException error) => error switch
    {
        { ColumnName: { } column } => column,
        { ConstraintName: "Document_one_organization" } => "organizationId",
        { TableName: { } table, ConstraintName: { } name }
            when name.StartsWith(table + "_", StringComparison.Ordinal) && name.EndsWith("_check", StringComparison.Ordinal)
                && name.Length > table.Length + "__check".Length
            => name[(table.Length + 1)..^"_check".Length],
        _ => null,
    };
}
