namespace RlsChat.Api.Live;

/// <summary>How long delivery waits for its readers.</summary>
internal sealed class Patience
{
    /// <summary>For how long what was put before access was lost may still be written.</summary>
    public TimeSpan Remainder { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>For how long a reader may take nothing of what waits.</summary>
    public TimeSpan Reader { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long a reader may leave even the end untaken.</summary>
    public TimeSpan End { get; set; } = TimeSpan.FromSeconds(1);
}
