namespace RlsChat.Api.Http;

/// <summary>The last event that the client of a live stream has received.</summary>
/// <param name="Text">Its id, from the header or the query; null for a new stream.</param>
internal sealed record LastEventId(string? Text)
{
    /// <summary>The header, which browsers send automatically.</summary>
    public const string Header = "Last-Event-ID";

    /// <summary>The query parameter, for clients that cannot set the header.</summary>
    public const string Query = "lastEventId";

    public static ValueTask<LastEventId> BindAsync(HttpContext context) => ValueTask.FromResult(new LastEventId(
        context.Request.Headers[Header] is [{ Length: > 0 } header] ? header
        : (string?)context.Request.Query[Query] is { Length: > 0 } query ? query
        : null));
}
