namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>What became of a statement, as far as its author can tell.</summary>
public enum Outcome
{
    /// <summary>It happened.</summary>
    Yes,

    /// <summary>No error and no effect: as if there were no such row.</summary>
    Hidden,

    /// <summary>Error 42501.</summary>
    Denied,
}
