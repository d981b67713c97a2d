namespace RlsChat.Api.Live;

/// <summary>How long delivery waits for clients.</summary>
internal sealed class Patience
{
    /// <summary>For how long items that were put before access was lost may still be written.</summary>
    public TimeSpan Remainder { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>For how long a client may take none of the items that wait.</summary>
    public TimeSpan Reader { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long a client may take not even the end.</summary>
    public TimeSpan End { get; set; } = TimeSpan.FromSeconds(1);
}
