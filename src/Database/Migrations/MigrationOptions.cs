namespace RlsChat.Database;

/// <summary>How a migration runs.</summary>
public sealed record MigrationOptions
{
    /// <summary>The files to apply; those built into the assembly unless told otherwise.</summary>
    public IReadOnlyList<Script> Scripts { get; init; } = Script.Embedded;

    /// <summary>Executes everything and rolls back.</summary>
    public bool DryRun { get; init; }

    /// <summary>Re-applies all roles, functions and policies, changed or not: this heals drift.</summary>
    public bool All { get; init; }

    /// <summary>The password of <c>rlschat_api</c>; null leaves it as it is.</summary>
    public string? ApiPassword { get; init; }

    /// <summary>The password of <c>rlschat_auth</c>; null leaves it as it is.</summary>
    public string? AuthPassword { get; init; }

    /// <summary>The password of <c>rlschat_live</c>; null leaves it as it is.</summary>
    public string? LivePassword { get; init; }

    /// <summary>The password of <c>rlschat_explain</c>; null leaves it as it is.</summary>
    public string? ExplainPassword { get; init; }

    /// <summary>How long to wait for another migration of this database to end.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Receives the server's warnings.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
