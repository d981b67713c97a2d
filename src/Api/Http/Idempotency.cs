using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Api.Http;

/// <summary>
/// A request that the client may repeat safely: its response is stored under the client's key for a day, with a digest
/// of the request. UserDb stores it in the transaction of the change, per person.
/// </summary>
/// <param name="Key">The client's name of the request.</param>
/// <param name="Digest">The SHA-256 of its method, address and body.</param>
internal sealed record Idempotency(string Key, byte[] Digest)
{
    /// <summary>The header with the key.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The header of a stored response.</summary>
    public const string Replayed = "Idempotency-Replayed";

    /// <summary>The longest key, in characters.</summary>
    public const int MaxKey = 255;

    /// <summary>The key was used for something else.</summary>
    public static readonly Problem Reused =
        new(422, "idempotency_key_reused", "This key was used for another request; each request has its own.");

    /// <summary>Whether the response is the stored one of an earlier request.</summary>
    public bool IsReplay { get; set; }

    /// <summary>Marks an endpoint that creates something, once for each key.</summary>
    public sealed record Marker;

    /// <summary>Reads the key of a request that creates something, and computes its digest.</summary>
    public static async Task Read(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Marker>() is not null
            && context.Request.Headers.TryGetValue(Header, out var values))
        {
            var key = values.ToString();
            if (values.Count != 1 || key.Length is 0 or > MaxKey || key.Any(letter => letter is < '!' or > '~'))
            {
                throw new InvalidInputException(Header, $"must be 1 to {MaxKey} visible ASCII characters");
            }

            var asked = new Idempotency(key, await Read(context.Request, context.RequestAborted));
            context.Features.Set(asked);
            context.Response.OnStarting(() =>
            {
                if (asked.IsReplay)
                {
                    context.Response.Headers[Replayed] = "true";
                }

                return Task.CompletedTask;
            });
        }

        await next(context);
    }

    /// <summary>Keeps the body in memory, whose length is limited, for the handler to read again.</summary>
    private static async Task<byte[]> Read(HttpRequest request, CancellationToken stop)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, stop);
        request.Body = body;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        digest.AppendData(body.GetBuffer().AsSpan(0, (int)body.Length));
        body.Position = 0;
        return digest.GetHashAndReset();
    }
}

/// <summary>Marks endpoints that create something.</summary>
internal static class IdempotencyExtensions
{
    /// <summary>Repeated under one Idempotency-Key, the endpoint creates one row. It must use UserDb.Create.</summary>
    public static TBuilder Creates<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Idempotency.Marker());
}
