namespace RlsChat.Database;

/// <summary>
/// A problem for a person to fix: a malformed setting, a refused migration, a missing program.
/// Its message is complete and is shown without a stack trace.
/// </summary>
public sealed class SetupException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public SetupException() { }

    /// <summary>Makes an exception with a message that says what to do.</summary>
    public SetupException(string message) : base(message) { }

    /// <summary>Makes an exception with a message that says what to do, and its cause.</summary>
    public SetupException(string message, Exception? innerException) : base(message, innerException) { }
}
