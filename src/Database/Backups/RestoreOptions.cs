namespace RlsChat.Database;

/// <summary>How a restoration runs.</summary>
public sealed record RestoreOptions
{
    /// <summary>The password that <c>rlschat_api</c> is to have; null leaves it as it is.</summary>
    public string? ApiPassword { get; init; }

    /// <summary>The password that <c>rlschat_auth</c> is to have; null leaves it as it is.</summary>
    public string? AuthPassword { get; init; }

    /// <summary>The password that <c>rlschat_live</c> is to have; null leaves it as it is.</summary>
    public string? LivePassword { get; init; }

    /// <summary>Receives what is worth knowing and no error.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
