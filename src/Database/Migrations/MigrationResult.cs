namespace RlsChat.Database;

/// <summary>What a migration did, or would do.</summary>
/// <param name="Applied">The files that were executed, in order.</param>
/// <param name="AppliedAlone">Of these, the <c>-- no transaction</c> files: executed after the transaction, or only listed by a dry run.</param>
/// <param name="Removed">Journal entries of functions, policies and roles whose file is gone.</param>
/// <param name="Moved">Journal entries whose file was moved to another folder, each with its new name.</param>
/// <param name="Dropped">Objects that no file describes any more, in words, for example <c>view app_private.readers</c>.</param>
/// <param name="Drift">What differed from the stored fingerprints before this run; it stays reported unless this run healed it.</param>
public sealed record MigrationResult(
    IReadOnlyList<string> Applied,
    IReadOnlyList<string> AppliedAlone,
    IReadOnlyList<string> Removed,
    IReadOnlyDictionary<string, string> Moved,
    IReadOnlyList<string> Dropped,
    IReadOnlyList<Drift> Drift)
{
    /// <summary>True when the database was at this version already.</summary>
    public bool IsNothing =>
        Applied.Count == 0 && AppliedAlone.Count == 0 && Removed.Count == 0 && Moved.Count == 0 && Dropped.Count == 0;
}
