namespace RlsChat.Database;

/// <summary>How a restoration runs.</summary>
public sealed record RestoreOptions
{
    /// <summary>The new password of <c>rlschat_api</c>; null leaves it unchanged.</summary>
    public string? ApiPassword { get; init; }

    /// <summary>The new password of <c>rlschat_auth</c>; null leaves it unchanged.</summary>
    public string? AuthPassword { get; init; }

    /// <summary>The new password of <c>rlschat_live</c>; null leaves it unchanged.</summary>
    public string? LivePassword { get; init; }

    /// <summary>The new password of <c>rlschat_explain</c>; null leaves it unchanged.</summary>
    public string? ExplainPassword { get; init; }

    /// <summary>Receives informational messages.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
