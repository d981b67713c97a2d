using RlsChat.Api.Http;
using RlsChat.Api.Live;

namespace RlsChat.Api.Data;

/// <summary>What a request wants of the database, beside its statement.</summary>
/// <param name="Name">The endpoint's name, for the log.</param>
/// <param name="Reads">Whether it may only read.</param>
/// <param name="Stop">Ends it when nobody waits for the answer any more.</param>
internal sealed record Request(string Name, bool Reads, CancellationToken Stop)
{
    /// <summary>The key under which what it makes is made once, or null.</summary>
    public Idempotency? Once { get; init; }

    /// <summary>Counts what it takes; null for what goes on after the request.</summary>
    public DatabaseTime? Time { get; init; }

    /// <summary>Hears of what was written; null for what goes on after the request.</summary>
    public LiveEvents? Live { get; init; }

    /// <summary>That of a request.</summary>
    public static Request Of(HttpContext context) =>
        new(context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "unnamed",
            Manners.IsRead(context.Request.Method), context.RequestAborted)
        {
            Once = context.Features.Get<Idempotency>(),
            Time = context.Features.Get<DatabaseTime>(),
            Live = context.RequestServices.GetRequiredService<LiveEvents>(),
        };
}
