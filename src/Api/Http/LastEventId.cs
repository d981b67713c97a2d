namespace RlsChat.Api.Http;

/// <summary>Where a live stream goes on: after the event of that id.</summary>
/// <param name="Text">As the header or the query has it; null to begin.</param>
internal sealed record LastEventId(string? Text)
{
    /// <summary>The header, which browsers send by themselves.</summary>
    public const string Header = "Last-Event-ID";

    /// <summary>The query parameter, for clients that cannot set the header.</summary>
    public const string Query = "lastEventId";

    public static ValueTask<LastEventId> BindAsync(HttpContext context) => ValueTask.FromResult(new LastEventId(
        context.Request.Headers[Header] is [{ Length: > 0 } header] ? header
        : (string?)context.Request.Query[Query] is { Length: > 0 } query ? query
        : null));
}
