using System.ComponentModel;
using System.Net.Sockets;
using Npgsql;

namespace RlsChat.Database;

/// <summary>The message of a program that ends by an exception: what happened and what to do next, without a stack trace.</summary>
public static class Failure
{
    /// <summary>Returns the message.</summary>
    /// <param name="error">What was thrown.</param>
    public static string Say(Exception error) => error switch
    {
        SetupException => error.Message,
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } told =>
            $"The database says: {told.MessageText} ({told.SqlState}). The login of POSTGRES_URL must own the database and have CREATEROLE; "
                + "docs/operating.md says what a restoration needs.",
        PostgresException told => $"The database says: {told.MessageText} ({told.SqlState}).",
        NpgsqlException => $"The connection to the database was lost: {Words(error)}. What was not committed is undone: try again.",
        AggregateException { InnerExceptions: [var only] } => Say(only),
        OperationCanceledException => "The command was cancelled.",
        _ when ConnectionFailure.Find<SocketException>(error) is { } socket =>
            $"Cannot listen: {socket.Message}. Correct HOST and PORT, or stop the program that already listens there.",
        Win32Exception => $"A program could not be started: {Words(error)}. Install it, or correct PATH.",
        IOException or UnauthorizedAccessException => $"{Words(error)}. Correct the path, or who may use it.",
        _ => $"Unexpected error ({error.GetType().Name}): {Words(error)}. Please report it, with the command and this line.",
    };

    private static string Words(Exception error) => string.Join(": ", new[] { error.Message, error.InnerException?.Message }
        .OfType<string>().Select(words => words.ReplaceLineEndings(" ").TrimEnd('.')).Distinct());
}
