using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>What a request does in the database, as the log and the metrics name it.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="ReadOnly">Whether it may only read.</param>
/// <param name="Stop">Cancels it when the client is gone or the request timed out.</param>
internal sealed record DatabaseOperation(string Name, bool ReadOnly, CancellationToken Stop)
{
    /// <summary>The key under which the request creates a row at most once, or null.</summary>
    public Idempotency? Key { get; init; }

    /// <summary>Adds up the time for the Server-Timing header; null after the request.</summary>
    public DatabaseTime? Time { get; init; }

    /// <summary>Takes the statements, where they are to be shown.</summary>
    public ShownStatements? Shown { get; init; }

    /// <summary>What a standby must show at least; null: no standby answers.</summary>
    public Freshness? Freshness { get; init; }

    /// <summary>The operation of a request: GET and HEAD may only read.</summary>
    public static DatabaseOperation Of(HttpContext context) =>
        new(context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "unnamed",
            Manners.IsRead(context.Request.Method), context.RequestAborted)
        {
            Key = context.Features.Get<Idempotency>(),
            Freshness = context.Features.Get<Freshness>(),
            Time = context.Features.Get<DatabaseTime>(),
            Shown = context.Features.Get<ShownStatements>(),
        };
}
