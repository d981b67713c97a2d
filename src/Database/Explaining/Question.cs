namespace RlsChat.Database.Explaining;

/// <summary>A command that policies are written for.</summary>
public enum Command
{
    /// <summary>Reading the row.</summary>
    Select,

    /// <summary>Adding a row.</summary>
    Insert,

    /// <summary>Changing the row.</summary>
    Update,

    /// <summary>Deleting the row.</summary>
    Delete,
}

/// <summary>
/// May a person do this to that row? Update and delete find the row with a WHERE on <paramref name="Key"/>, as the
/// endpoints do, so they need the select policies too.
/// </summary>
/// <param name="Table">A table of schema public.</param>
/// <param name="Command">What is tried.</param>
/// <param name="Key">
/// Columns and their values as text, null for SQL null, that identify one row; may be empty for an insert with <paramref name="Set"/>.
/// </param>
/// <param name="Set">
/// A JSON object: the columns that are inserted or updated. Null: an insert takes the row's values under a new key, an
/// update writes the row's own values into every column that may be updated.
/// </param>
/// <param name="Reads">The columns that a select reads or RETURNING gives back, "*" for all; none by default.</param>
public sealed record Question(
    string Table, Command Command, IReadOnlyDictionary<string, string?> Key, string? Set = null, IReadOnlyList<string>? Reads = null);
