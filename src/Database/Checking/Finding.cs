namespace RlsChat.Database;

/// <summary>One thing that <c>db-check</c> has to say.</summary>
/// <param name="Rule">Which rule it breaks: version, undescribed, drift, catalogue, server, superuser.</param>
/// <param name="Subject">The object that breaks it.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsNote">True for what this database's owner cannot change; it fails no check.</param>
public sealed record Finding(string Rule, string Subject, string Problem, string Remedy, bool IsNote = false)
{
    /// <summary>The finding in one line.</summary>
    public override string ToString() => $"{(IsNote ? "note: " : "")}{Subject} {Problem} → {Remedy} [{Rule}]";
}
