namespace RlsChat.Tests.Api.Fixtures;

/// <summary>The time, as far ahead as a test says.</summary>
internal sealed class AheadClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
